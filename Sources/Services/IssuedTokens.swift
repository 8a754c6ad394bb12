import Cryptography
import Domain
import Storage

/// What somebody gets who has proved who they are.
package struct IssuedTokens: Sendable {
    package let accessToken: String
    package let refreshToken: String
}

extension Dependencies {
    /// An access token for a session that is live.
    func accessToken(for subject: TokenSubject) -> String {
        let issuedAt = epochSeconds()
        return tokens.sign(
            AccessTokenClaims(
                issuer: tokens.issuer,
                audience: tokens.audience,
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
