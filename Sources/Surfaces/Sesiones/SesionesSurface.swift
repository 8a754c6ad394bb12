import Domain
package import HTTP
package import Services

/// The contract of frontends that keep sessions as objects of their own, `/sesiones`.
///
/// Its tokens travel in `x-auth-token`, its times are whole seconds since 1970, and it knows no organization.
package struct SesionesSurface: Surface {
    let authentication: AuthenticationService
    let numbered: NumberedSessionService
    let sessions: SessionService
    /// How long a session that is opened here lives, and its token.
    let lifetime: Duration
    /// Told of what is answered as a bare 500.
    let report: @Sendable (any Error, Request) -> Void

    package init(
        _ dependencies: Dependencies,
        lifetime: Duration,
        report: @escaping @Sendable (any Error, Request) -> Void
    ) {
        authentication = AuthenticationService(dependencies)
        numbered = NumberedSessionService(dependencies)
        sessions = SessionService(dependencies)
        self.lifetime = lifetime
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.get, "/sesiones/self", "The session of the token", handler: own),
            Route(.post, "/sesiones", "Open a session for a user", handler: open),
            Route(.put, "/sesiones", "Change a session by its whole object", handler: replace),
            Route(.delete, "/sesiones/logout", "End the session of a token", handler: logout),
            Route(.delete, "/sesiones/logoutAll", "End all sessions of the token's user", handler: logoutAll),
        ]
    }

    /// The person behind the token of the header.
    func caller(of request: Request) async throws -> BoundCaller {
        guard let token = request.onlyHeaderBytes("x-auth-token") else { throw AuthError.unauthenticated }
        return try await authentication.caller(presenting: token, at: request.host, origin: request.origin)
    }

    /// The organization's program behind the key of the header.
    func program(of request: Request) async throws -> ServiceCaller {
        guard request.headerBytes("x-service-key") != nil else { throw AuthError.unauthenticated }
        guard let key = request.onlyHeaderBytes("x-service-key") else { throw AuthError.serviceKeyRefused }
        return try await authentication.service(presenting: String(decoding: key, as: UTF8.self))
    }
}

extension Request {
    /// Where the request comes from, as it is written beside what it changes.
    var origin: Origin {
        Origin(
            surface: .sesiones,
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
