import Domain
package import HTTP
package import Services

/// Everything that the main contract consists of: `/auth/*` and the management API.
package func escapeRoomContract(
    _ dependencies: Dependencies,
    report: @escaping @Sendable (any Error, Request) -> Void
) -> [any Surface] {
    [
        EscapeRoomSurface(dependencies, report: report), OrganizationsSurface(dependencies, report: report),
        InvitationsSurface(dependencies, report: report), ServiceKeysSurface(dependencies, report: report),
    ]
}

/// The main contract, `/auth/*`.
///
/// It speaks snake_case JSON, UUIDs and problem details.
package struct EscapeRoomSurface: EscapeRoomDialect {
    /// What people are answered and written to in who ask for no language.
    static let defaultLanguage = HTTP.Language.spanish

    package let authentication: AuthenticationService
    let registration: RegistrationService
    let logins: LoginService
    let refreshes: RefreshService
    let sessions: SessionService
    let profiles: ProfileService
    let passwords: PasswordService
    let verifications: VerificationService
    let invitations: InvitationService
    let places: PlaceService
    let introspections: IntrospectionService
    package let report: @Sendable (any Error, Request) -> Void

    package init(_ dependencies: Dependencies, report: @escaping @Sendable (any Error, Request) -> Void) {
        authentication = AuthenticationService(dependencies)
        registration = RegistrationService(dependencies)
        logins = LoginService(dependencies)
        refreshes = RefreshService(dependencies)
        sessions = SessionService(dependencies)
        profiles = ProfileService(dependencies)
        passwords = PasswordService(dependencies)
        verifications = VerificationService(dependencies)
        invitations = InvitationService(dependencies)
        places = PlaceService(dependencies)
        introspections = IntrospectionService(dependencies)
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
            Route(.get, "/auth/invitations", "List one's own pending invitations", handler: ownInvitations),
            Route(.post, "/auth/switch-organization", "Work in another organization", handler: switchOrganization),
            Route(.post, "/auth/check", "Whether somebody holds a permission, and why", handler: check),
            Route(.post, "/auth/introspect", "What a token is worth now", handler: introspect),
        ]
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
