import Domain
package import HTTP
package import Services

/// The contract of INGEOCIMYC, `/api/auth/*`.
///
/// It speaks camelCase JSON, numbers for people and sessions, and Spanish; it knows no organization and no refreshing.
package struct IngeocimycSurface: Surface {
    /// How long a session lives, and its token.
    package struct Lifetimes: Sendable {
        let usual: Duration
        let remembered: Duration

        package init(usual: Duration, remembered: Duration) {
            self.usual = usual
            self.remembered = remembered
        }
    }

    let authentication: AuthenticationService
    let registration: RegistrationService
    let logins: LoginService
    let sessions: SessionService
    let passwords: PasswordService
    let logs: LogService
    let reports: SecurityReportService
    let cleanups: CleanupService
    let lifetimes: Lifetimes
    /// Told of what is answered as a bare 500.
    let report: @Sendable (any Error, Request) -> Void

    package init(
        _ dependencies: Dependencies,
        lifetimes: Lifetimes,
        report: @escaping @Sendable (any Error, Request) -> Void
    ) {
        authentication = AuthenticationService(dependencies)
        registration = RegistrationService(dependencies)
        logins = LoginService(dependencies)
        sessions = SessionService(dependencies)
        passwords = PasswordService(dependencies)
        logs = LogService(dependencies)
        reports = SecurityReportService(dependencies)
        cleanups = CleanupService(dependencies)
        self.lifetimes = lifetimes
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/auth/login", "Exchange an e-mail address and a password for a token", handler: login),
            Route(.post, "/api/auth/register", "Register a member", handler: register),
            Route(.post, "/api/auth/logout", "End the session of the token, or all of its user", handler: logout),
            Route(.get, "/api/auth/profile", "Who the token speaks for, and what they may do", handler: showProfile),
            Route(.get, "/api/auth/sessions", "List one's own sessions", handler: listSessions),
            Route(.delete, "/api/auth/sessions/{id}", "End one of one's own sessions", handler: endSession),
            Route(
                .patch,
                "/api/auth/change-password",
                "Set a new password, knowing the old one",
                handler: changePassword
            ),
            Route(.get, "/api/auth/logs", "Page through the log of authentication", handler: listLogs),
            Route(.get, "/api/auth/security/report", "What the logins of some days look like", handler: showReport),
            Route(.get, "/api/auth/security/stats", "How things stand now", handler: showStats),
            Route(.post, "/api/auth/security/cleanup", "Delete what is over and old", handler: cleanUp),
            Route(
                .get,
                "/api/auth/security/cleanup-stats",
                "What there is to delete, and how old it is",
                handler: showCleanupStats
            ),
        ]
    }

    /// The person behind a request's access token, in the organization that the request belongs to.
    func caller(of request: Request) async throws -> BoundCaller {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        return try await authentication.caller(presenting: token, at: request.host, origin: request.origin)
    }
}

extension Request {
    /// Where the request comes from, as it is written beside what it changes.
    var origin: Origin {
        Origin(
            surface: .ingeocimyc,
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
