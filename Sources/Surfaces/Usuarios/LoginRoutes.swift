import Domain
import HTTP
import Services

extension UsuariosSurface {
    /// The client's own word on where it is shows in lists of sessions, and counts nowhere.
    func login(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let name = body.string("username", .line(1...EmailAddress.maximumLength))
        let password = body.string("password", .verbatim(upToBytes: 4096))
        let address = body.optionalString("ip", .line(0...64))
        let userAgent = body.optionalString("userAgent", .line(0...Origin.userAgentLimit))
        try body.finish()
        // What is no name is nobody's.
        guard let name = LoginName(name) else { throw AuthError.invalidCredentials }
        let login = try await logins.login(
            name,
            password: password,
            at: request.host,
            for: lifetime,
            reported: ReportedClient(
                address: address == "" ? nil : address,
                userAgent: userAgent == "" ? nil : userAgent
            ),
            origin: request.origin
        )
        let caller = try await authentication.caller(
            presenting: Array(login.accessToken.utf8)[...],
            at: request.host,
            origin: request.origin
        )
        let role = try await directory.role(login.person.role.number, at: request.host)
        return .json(200) {
            $0.field("id", login.sessionNumber.rawValue)
            $0.field("token", login.accessToken)
            $0.field("fechaInicio", caller.session.startedAt)
            $0.field("fechaExpiracion", caller.session.expiresAt)
            $0.object("usuario") {
                $0.field("id", login.person.number)
                $0.field("username", login.person.username ?? login.person.email)
                $0.field("email", login.person.email)
                $0.field("activo", login.person.isActive)
                $0.rol(of: role)
            }
        }
    }

    /// Whoever sends a token of somebody who manages users may give other roles than those open to everybody.
    func register(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let username = body.username()
        let email = body.email("email")
        let password = body.string("password", .verbatim(upToBytes: 4096))
        let role = body.optionalInt("rolId", in: Numbers.range)
        let isActive = body.optionalBool("activo") ?? true
        body.requireValue("username")
        body.requireValue("email")
        try body.finish()
        guard let username, let email, let name = FullName(username.text) else { throw InvalidBody.notAnObject }
        let person = try await registrations.register(
            BoundRegistration(
                email: email,
                username: username,
                password: password,
                fullName: name,
                role: role.map { .numbered($0) } ?? .usual,
                isActive: isActive
            ),
            at: request.host,
            presenting: request.bearerToken,
            origin: request.origin
        )
        let described = try await directory.role(person.role.number, at: request.host)
        return .json(201) {
            $0.usuario(
                DirectoryPerson(
                    number: person.number,
                    username: username.text,
                    email: person.email,
                    isActive: person.isActive,
                    createdAt: person.createdAt,
                    lastLoginAt: nil,
                    role: described
                ),
                withLogin: false
            )
        }
    }
}
