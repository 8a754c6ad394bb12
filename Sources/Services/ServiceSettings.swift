/// What the services may be told.
package struct ServiceSettings: Sendable {
    package var accessTokenLifetime: Duration
    /// How long a session lives at most, however often it is refreshed.
    package var sessionLifetime: Duration
    /// How long a used refresh token gives its successor again.
    package var refreshGrace: Duration
    package var loginRevealsUnknown: Bool
    package var requiresVerifiedEmail: Bool

    package init(
        accessTokenLifetime: Duration,
        sessionLifetime: Duration,
        refreshGrace: Duration,
        loginRevealsUnknown: Bool,
        requiresVerifiedEmail: Bool
    ) {
        self.accessTokenLifetime = accessTokenLifetime
        self.sessionLifetime = sessionLifetime
        self.refreshGrace = refreshGrace
        self.loginRevealsUnknown = loginRevealsUnknown
        self.requiresVerifiedEmail = requiresVerifiedEmail
    }

}
