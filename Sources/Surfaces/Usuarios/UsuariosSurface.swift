import Domain
package import HTTP
package import Services

/// The contract `usuarios`, `/api/*`, on a listener of its own.
///
/// It speaks Spanish, camelCase JSON and numbers.
package struct UsuariosSurface: Surface {
    let authentication: AuthenticationService
    let directory: DirectoryService
    let logins: LoginService
    let registrations: RegistrationService
    let ownSessions: SessionService
    /// How long a token, and so a session, lives.
    let lifetime: Duration
    /// Told of what is answered as a bare 500.
    let report: @Sendable (any Error, Request) -> Void

    package init(
        _ dependencies: Dependencies,
        lifetime: Duration,
        report: @escaping @Sendable (any Error, Request) -> Void
    ) {
        authentication = AuthenticationService(dependencies)
        directory = DirectoryService(dependencies)
        logins = LoginService(dependencies)
        registrations = RegistrationService(dependencies)
        ownSessions = SessionService(dependencies)
        self.lifetime = lifetime
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/auth/login", "Exchange a username and a password for a token", handler: login),
            Route(.post, "/api/auth/register", "Register an account", handler: register),
            Route(.post, "/api/auth/logout", "End the session of a token", handler: logout),
            Route(.get, "/api/usuarios", "List people", handler: listUsuarios),
            Route(.post, "/api/usuarios", "Make an account", handler: createUsuario),
            Route(.get, "/api/usuarios/{id}", "One person, with what is kept about them", handler: readUsuario),
            Route(.put, "/api/usuarios/{id}", "Change a person", handler: changeUsuario),
            Route(.delete, "/api/usuarios/{id}", "Remove a person", handler: deleteUsuario),
            Route(.get, "/api/roles", "List roles", handler: listRoles),
            Route(.get, "/api/roles/{id}", "One role", handler: readRole),
            Route(.get, "/api/sesiones", "List live sessions", handler: listSesiones),
        ]
    }

    /// The person behind a request's token, in the organization that the request belongs to.
    func caller(of request: Request) async throws -> Caller {
        try await boundCaller(of: request).caller
    }

    func boundCaller(of request: Request) async throws -> BoundCaller {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        return try await authentication.caller(presenting: token, at: request.host, origin: request.origin)
    }
}

extension Request {
    /// Where the request comes from, as it is written beside what it changes.
    var origin: Origin {
        Origin(
            surface: .usuarios,
            address: client.description,
            network: client.networkText,
            userAgent: header("user-agent"),
            requestID: id.text,
            language: .spanish
        )
    }

    /// What decides to which organization the request belongs.
    var host: HostName? { header("host").flatMap { HostName(hostField: $0) } }
}

extension PathParameters {
    /// Nobody and nothing has the number 0: what is no number is refused as an unknown one.
    var number: Int { self["id"].flatMap { Int(decimal: $0.utf8.span) } ?? 0 }
}
