import Cryptography
package import Domain
import Storage

/// Exchanges an e-mail address and a password for tokens.
package struct LoginService: Sendable {
    private let dependencies: Dependencies
    private let tries: PasswordTries

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        tries = PasswordTries(dependencies, for: .login)
    }

    /// Opens a session.
    ///
    /// An unknown address costs as much time as a wrong password and fails the same way, so this tells nobody who is
    /// registered.
    ///
    /// - Throws: `AuthError.invalidCredentials` (or `.unknownAccount` where a setting allows it), `.accountInactive`,
    ///   `.emailNotVerified`, `.accountLocked`, `.tooManyRequests`, `.unavailable`.
    package func login(
        email: EmailAddress,
        password: String,
        device: String? = nil,
        origin: Origin
    ) async throws -> IssuedTokens {
        try dependencies.admit(origin)
        let checked = try await tries.check(password, of: email, origin: origin)
        let refreshToken = RandomToken.make()
        let session = NewSession(
            id: SessionID.make(at: dependencies.now()),
            number: SessionNumber.make(),
            lifetime: dependencies.settings.sessionLifetime,
            refreshDigest: RandomToken.digest(of: refreshToken),
            device: device
        )
        let opened = try await dependencies.logins.open(
            session,
            for: checked.candidate,
            verified: checked.hash,
            rehashed: await rehashed(password, replacing: checked.hash),
            as: checked.identity,
            origin: origin
        )
        guard case .opened(let organization) = opened else { throw AuthError.invalidCredentials }
        let subject = TokenSubject(
            userID: checked.candidate.id,
            sessionID: session.id,
            organizationID: organization
        )
        return IssuedTokens(accessToken: dependencies.accessToken(for: subject), refreshToken: refreshToken)
    }

    /// The password's hash by today's policy where the stored one is by another; a full queue leaves it for next time.
    private func rehashed(_ password: String, replacing hash: String) async -> String? {
        guard dependencies.hasher.needsRehash(hash) else { return nil }
        return try? await dependencies.hasher.hash(password)
    }
}
