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
        // Whoever logs in at the same time may have replaced an old hash by a new one of the same password.
        for _ in 0..<2 {
            let checked = try await tries.check(password, of: email, origin: origin)
            if let tokens = try await open(checked, password: password, device: device, origin: origin) { return tokens }
        }
        throw AuthError.invalidCredentials
    }

    /// Opens a session; nil when the account is not what it was when the password was checked.
    private func open(
        _ checked: PasswordTries.Checked,
        password: String,
        device: String?,
        origin: Origin
    ) async throws -> IssuedTokens? {
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
        guard case .opened(let organization) = opened else { return nil }
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
