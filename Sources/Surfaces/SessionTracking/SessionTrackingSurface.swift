import Domain
package import HTTP
package import Services

/// The contract of frontends that follow how long people work: a login that answers a session's number, and its end.
///
/// It speaks snake_case JSON and problem details in Spanish, and knows no organization.
package struct SessionTrackingSurface: Surface {
    let authentication: AuthenticationService
    let logins: LoginService
    let sessions: NumberedSessionService
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
        logins = LoginService(dependencies)
        sessions = NumberedSessionService(dependencies)
        self.lifetime = lifetime
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/login", "Exchange an e-mail address and a password for a token", handler: login),
            Route(.post, "/logout", "End the session with a number", handler: logout),
        ]
    }
}

extension Request {
    /// Where the request comes from, as it is written beside what it changes.
    var origin: Origin {
        Origin(
            surface: .sessionTracking,
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
