package import FoundationEssentials

/// What an access token says.
package struct AccessTokenClaims: Sendable, Equatable {
    /// Of the authority that signs; it signs and accepts no other.
    package var issuer: String
    package var audience: String

    package var userID: UUID
    package var sessionID: UUID

    /// Absent while no organization is active.
    package var organizationID: UUID?

    /// Seconds since 1970, as is `expiresAt`: the token is valid before that second, not in it.
    package var issuedAt: Int
    package var expiresAt: Int

    package var tokenID: UUID

    /// What the database made of session, expiry and organization: only it can tell whether this is right.
    package var context: ContextCode

    package init(
        issuer: String,
        audience: String,
        userID: UUID,
        sessionID: UUID,
        organizationID: UUID? = nil,
        issuedAt: Int,
        expiresAt: Int,
        tokenID: UUID = UUID(),
        context: ContextCode
    ) {
        self.issuer = issuer
        self.audience = audience
        self.userID = userID
        self.sessionID = sessionID
        self.organizationID = organizationID
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.tokenID = tokenID
        self.context = context
    }
}
