import Domain
import HTTP
import Services

extension IngeocimycSurface {
    func login(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let password = body.password("password")
        let isRemembered = body.optionalBool("rememberMe") ?? false
        try body.finish()
        let login = try await logins.login(
            .email(try required(email)),
            password: password,
            at: request.host,
            for: isRemembered ? lifetimes.remembered : lifetimes.usual,
            origin: request.origin
        )
        return .json(200) {
            $0.field("accessToken", login.accessToken)
            $0.user(login.person)
        }
    }

    func register(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let password = body.password("password")
        let name = body.fullName()
        let role = body.optionalString("role", .line(1...FullName.maximumLength))
        try body.finish()
        let account = BoundRegistration(
            email: try required(email),
            username: nil,
            password: password,
            fullName: try required(name),
            role: role.map { .named($0) } ?? .usual
        )
        let person = try await namingPassword("password") {
            try await registration.register(
                account,
                at: request.host,
                presenting: request.bearerToken,
                origin: request.origin
            )
        }
        return .json(201) {
            $0.field("message", "Usuario registrado." as String)
            $0.user(person)
        }
    }

    func showProfile(_ request: Request) async throws -> Response {
        let person = try await caller(of: request).person
        return .json(200) {
            $0.identity(person)
            $0.strings("permissions", person.permissions)
            $0.field("isActive", person.isActive)
            $0.field("emailVerified", person.isVerified)
            $0.field("lastLoginAt", person.lastLoginAt)
            $0.field("createdAt", person.createdAt)
        }
    }

    func changePassword(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let current = body.password("currentPassword")
        let new = body.password("newPassword")
        let confirmation = body.password("confirmPassword")
        if body.errors.isEmpty, new != confirmation {
            body.refuse(
                "confirmPassword",
                .other(english: "must be the new password again", spanish: "debe repetir la contraseña nueva")
            )
        }
        try body.finish()
        try await namingPassword("newPassword") {
            try await passwords.change(caller.caller, from: current, to: new, origin: request.origin)
        }
        return .json(200) {
            $0.field("message", "Contraseña cambiada. Las demás sesiones se han cerrado." as String)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func user(_ person: BoundPerson) {
        object("user") { $0.identity(person) }
    }

    fileprivate mutating func identity(_ person: BoundPerson) {
        field("id", person.number)
        field("name", person.fullName)
        field("email", person.email)
        field("role", person.role.name)
    }
}
