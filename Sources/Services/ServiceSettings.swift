package import Domain

/// What the services may be told.
package struct ServiceSettings: Sendable {
    package var accessTokenLifetime: Duration
    /// How long a session lives at most, however often it is refreshed.
    package var sessionLifetime: Duration
    /// How long a used refresh token gives its successor again.
    package var refreshGrace: Duration
    package var loginRevealsUnknown: Bool
    package var requiresVerifiedEmail: Bool
    /// The slug of the organization that a request belongs to which names none, and whose host is nobody's domain.
    package var defaultOrganization: String
    /// The host that the public knows this server by: nobody takes it for an organization.
    package var publicHost: HostName?
    package var openDomains: OpenDomains
    /// Names of roles that people may take who register themselves.
    package var selfRegisterRoles: [String]

    package init(
        accessTokenLifetime: Duration,
        sessionLifetime: Duration,
        refreshGrace: Duration,
        loginRevealsUnknown: Bool,
        requiresVerifiedEmail: Bool,
        defaultOrganization: String,
        publicHost: HostName? = nil,
        openDomains: OpenDomains = .any,
        selfRegisterRoles: [String]
    ) {
        self.accessTokenLifetime = accessTokenLifetime
        self.sessionLifetime = sessionLifetime
        self.refreshGrace = refreshGrace
        self.loginRevealsUnknown = loginRevealsUnknown
        self.requiresVerifiedEmail = requiresVerifiedEmail
        self.defaultOrganization = defaultOrganization
        self.publicHost = publicHost
        self.openDomains = openDomains
        self.selfRegisterRoles = selfRegisterRoles
    }
}
