import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    func register(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let password = body.password("password")
        let name = body.fullName()
        try body.finish()
        let account = try await namingPassword("password") {
            try await registration.register(
                email: required(email),
                password: password,
                fullName: required(name),
                origin: request.origin
            )
        }
        var writer = JSONWriter()
        writer.object {
            $0.field("id", account.id.rawValue)
            $0.field("email", account.email.text)
            $0.field("full_name", account.fullName.text)
            $0.field("is_active", true)
            $0.null("organization_id")
            $0.null("role_id")
            $0.field("created_at", account.createdAt)
        }
        return Response(status: 201, contentType: .json, body: writer.bytes)
    }

    func me(_ request: Request) async throws -> Response {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        let profile = try await authentication.profile(presenting: token)
        var writer = JSONWriter()
        writer.profile(profile)
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func changeProfile(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let name = body.optionalFullName()
        try body.finish()
        if let name { try await profiles.rename(caller, to: name, origin: request.origin) }
        return try await me(request)
    }

    func verifyEmail(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let code = body.code()
        try body.finish()
        try await verifications.verify(required(email), code: code, origin: request.origin)
        return .message(request.answerLanguage.choose("E-mail address verified", "Correo electrónico verificado"))
    }

    func resendVerification(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        try body.finish()
        try await verifications.resend(to: required(email), origin: request.origin)
        return .message("If the email exists, a verification code has been sent.")
    }
}

extension Response {
    /// What an endpoint answers that has nothing else to say.
    static func message(_ text: String) -> Response {
        var writer = JSONWriter()
        writer.object { $0.field("message", text) }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func profile(_ profile: Profile) {
        object {
            $0.field("id", profile.id.rawValue)
            $0.field("email", profile.email)
            $0.field("full_name", profile.fullName)
            $0.field("organization_id", profile.place?.organizationID.rawValue)
            $0.place(profile.place)
            $0.field("is_active", profile.isActive)
            $0.field("created_at", profile.createdAt)
            $0.array("organizations") {
                for membership in profile.memberships { $0.membership(membership) }
            }
        }
    }

    private mutating func place(_ place: Place?) {
        guard let place else {
            null("organization")
            return null("role")
        }
        object("organization") {
            $0.field("id", place.organizationID.rawValue)
            $0.field("name", place.organizationName)
        }
        object("role") {
            $0.field("id", place.roleID.rawValue)
            $0.field("name", place.roleName)
            $0.strings("permissions", place.permissions)
        }
    }

    private mutating func membership(_ membership: MembershipSummary) {
        object {
            $0.field("id", membership.organizationID.rawValue)
            $0.field("name", membership.name)
            $0.field("slug", membership.slug)
            $0.field("role", membership.role)
        }
    }
}
