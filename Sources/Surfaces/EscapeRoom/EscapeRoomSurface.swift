import Domain
package import HTTP
package import Services

/// The main contract, `/auth/*`.
///
/// It speaks snake_case JSON, UUIDs and problem details.
package struct EscapeRoomSurface: Surface {
    /// What people are answered and written to in who ask for no language.
    static let defaultLanguage = HTTP.Language.spanish

    let authentication: AuthenticationService
    let registration: RegistrationService
    let logins: LoginService
    let refreshes: RefreshService
    let sessions: SessionService
    let profiles: ProfileService
    let passwords: PasswordService
    let verifications: VerificationService
    /// Told of what is answered as a bare 500.
    let report: @Sendable (any Error, Request) -> Void

    package init(_ dependencies: Dependencies, report: @escaping @Sendable (any Error, Request) -> Void) {
        authentication = AuthenticationService(dependencies)
        registration = RegistrationService(dependencies)
        logins = LoginService(dependencies)
        refreshes = RefreshService(dependencies)
        sessions = SessionService(dependencies)
        profiles = ProfileService(dependencies)
        passwords = PasswordService(dependencies)
        verifications = VerificationService(dependencies)
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/auth/register", "Register an account", handler: register),
            Route(.post, "/auth/login", "Exchange an e-mail address and a password for tokens", handler: login),
            Route(.post, "/auth/refresh", "Exchange a refresh token for fresh tokens", handler: refresh),
            Route(.get, "/auth/me", "Who the token speaks for, where, and what they may do", handler: me),
            Route(.patch, "/auth/me", "Change one's own profile", handler: changeProfile),
            Route(.post, "/auth/logout", "End the session of the token", handler: logout),
            Route(.post, "/auth/logout-all", "End all of one's own sessions, or all others", handler: logoutAll),
            Route(.get, "/auth/sessions", "List one's own sessions", handler: listSessions),
            Route(.delete, "/auth/sessions/{id}", "End one of one's own sessions", handler: endSession),
            Route(.post, "/auth/change-password", "Set a new password, knowing the old one", handler: changePassword),
            Route(.post, "/auth/forgot-password", "Ask for a code to reset a password", handler: forgotPassword),
            Route(.post, "/auth/reset-password", "Set a new password with a code", handler: resetPassword),
            Route(.post, "/auth/verify-email", "Verify an e-mail address with a code", handler: verifyEmail),
            Route(.post, "/auth/resend-verification", "Ask for another such code", handler: resendVerification),
        ]
    }

    /// The person behind a request's access token.
    func caller(of request: Request) async throws -> Caller {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        return try await authentication.caller(presenting: token)
    }
}

extension Request {
    /// Where the request comes from, as it is written beside what it changes.
    var origin: Origin {
        Origin(
            surface: .escapeRoom,
            address: client.description,
            network: client.networkText,
            userAgent: header("user-agent"),
            requestID: id.text,
            language: answerLanguage == .spanish ? .spanish : .english
        )
    }

    var answerLanguage: HTTP.Language { language(default: EscapeRoomSurface.defaultLanguage) }
}
