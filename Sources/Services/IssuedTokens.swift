import Cryptography
import Domain
package import Storage

/// What somebody gets who has proved who they are.
package struct IssuedTokens: Sendable {
    package let accessToken: String
    package let refreshToken: String
}

/// In whose name access tokens are made, and for whom.
package struct TokenIssuer: Sendable {
    package let issuer: String
    package let audience: String

    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }
}

extension Dependencies {
    /// An access token for a session that is live.
    func accessToken(for subject: TokenSubject) -> String {
        let issuedAt = epochSeconds()
        return tokens.sign(
            AccessTokenClaims(
                issuer: tokenIssuer.issuer,
                audience: tokenIssuer.audience,
                userID: subject.userID.rawValue,
                sessionID: subject.sessionID.rawValue,
                organizationID: subject.organizationID?.rawValue,
                issuedAt: issuedAt,
                expiresAt: issuedAt + Int(settings.accessTokenLifetime.components.seconds),
                tokenID: AccessTokenID.make(at: now()).rawValue
            )
        )
    }
}
