import Cryptography
package import Domain
import Storage

/// Exchanges refresh tokens for fresh ones.
package struct RefreshService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Rotates a refresh token.
    ///
    /// Whoever presents the same token again within the grace gets the same successor; later, or once the successor has
    /// been used, it is a theft and the session ends.
    ///
    /// The access token is for `organization` if one is named, else for the session's own.
    ///
    /// - Throws: `AuthError.refreshTokenRefused`, `.organizationNotFound` (the token is not used up), `.tooManyRequests`,
    ///   `.unavailable`.
    package func refresh(
        _ token: String,
        organization: OrganizationID? = nil,
        origin: Origin
    ) async throws -> IssuedTokens {
        try dependencies.admit(origin)
        let nonce = SecureRandom.bytes(32)
        guard let digest = RandomToken.digest(of: token),
            let successor = RandomToken.successor(of: token, nonce: nonce),
            let successorDigest = RandomToken.digest(of: successor)
        else { throw AuthError.refreshTokenRefused }
        let rotation = try await dependencies.storage.sessions.rotate(
            PresentedToken(digest: digest, successorDigest: successorDigest, nonce: nonce),
            grace: dependencies.settings.refreshGrace,
            organization: organization,
            times: dependencies.tokenTimes(),
            origin: origin
        )
        switch rotation {
        case .successor(let agreed, let grant):
            let refreshToken = agreed == nonce ? successor : RandomToken.successor(of: token, nonce: agreed)
            guard let refreshToken else { throw AuthError.refreshTokenRefused }
            return IssuedTokens(accessToken: dependencies.accessToken(for: grant), refreshToken: refreshToken)
        case .refused: throw AuthError.refreshTokenRefused
        case .notMember: throw AuthError.organizationNotFound
        }
    }
}
