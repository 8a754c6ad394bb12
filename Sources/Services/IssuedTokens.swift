import Cryptography
import Domain
import Storage

/// What somebody gets who has proved who they are.
package struct IssuedTokens: Sendable {
    package let accessToken: String
    package let refreshToken: String
}

extension Dependencies {
    /// The times of an access token that is asked for now.
    func tokenTimes() -> TokenTimes {
        tokenTimes(for: settings.accessTokenLifetime)
    }

    func tokenTimes(for lifetime: Duration) -> TokenTimes {
        let issuedAt = epochSeconds()
        return TokenTimes(issuedAt: issuedAt, expiresAt: issuedAt + Int(lifetime.components.seconds))
    }

    /// Where a request belongs that came to a host and names no organization.
    func binding(_ host: HostName?) -> Binding {
        Binding(host: host, fallbackSlug: settings.defaultOrganization)
    }

    /// The access token that the database has granted.
    func accessToken(for grant: TokenGrant) -> String {
        tokens.sign(
            AccessTokenClaims(
                issuer: tokens.issuer,
                audience: tokens.audience,
                userID: grant.subject.userID.rawValue,
                sessionID: grant.subject.sessionID.rawValue,
                organizationID: grant.subject.organizationID?.rawValue,
                issuedAt: grant.times.issuedAt,
                expiresAt: grant.times.expiresAt,
                tokenID: AccessTokenID.make(at: now()).rawValue,
                context: ContextCode(grant.contextCode)
            )
        )
    }
}
