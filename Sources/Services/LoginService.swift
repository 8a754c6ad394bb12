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
        let opened = try await open(
            .email(email),
            password,
            at: .open(nil),
            for: dependencies.settings.sessionLifetime,
            refreshable: true,
            times: { dependencies.tokenTimes() },
            reported: ReportedClient(device: device),
            origin: origin
        )
        return IssuedTokens(accessToken: opened.accessToken, refreshToken: opened.refreshToken ?? "")
    }

    /// Opens a session in the organization that the request belongs to.
    ///
    /// It lives as long as its one token: there is nothing to refresh it with. Whoever is no active member there fails like
    /// a wrong password, in the same time.
    ///
    /// - Throws: `AuthError.invalidCredentials`, `.accountInactive`, `.emailNotVerified`, `.accountLocked`,
    ///   `.tooManyRequests`, `.unavailable`; `.organizationNotBound` where a setting is wrong.
    package func login(
        _ name: LoginName,
        password: String,
        at host: HostName?,
        for lifetime: Duration,
        reported: ReportedClient = ReportedClient(),
        origin: Origin
    ) async throws -> BoundLogin {
        let opened = try await open(
            name,
            password,
            at: .bound(dependencies.binding(host)),
            for: lifetime,
            refreshable: false,
            times: { dependencies.tokenTimes(for: lifetime) },
            reported: reported,
            origin: origin
        )
        guard let person = opened.member else { throw AuthError.invalidCredentials }
        return BoundLogin(person: person, sessionNumber: opened.number, accessToken: opened.accessToken)
    }

    private struct Opened {
        let accessToken: String
        let refreshToken: String?
        let number: SessionNumber
        let member: BoundPerson?
    }

    private func open(
        _ name: LoginName,
        _ password: String,
        at place: LoginPlace,
        for lifetime: Duration,
        refreshable: Bool,
        times: () -> TokenTimes,
        reported: ReportedClient,
        origin: Origin
    ) async throws -> Opened {
        try dependencies.admit(origin)
        // Whoever logs in at the same time may have replaced an old hash by a new one of the same password.
        for _ in 0..<2 {
            let checked = try await tries.check(password, of: name, at: place, origin: origin)
            let refreshToken = refreshable ? RandomToken.make() : nil
            let session = NewSession(
                id: SessionID.make(at: dependencies.now()),
                number: SessionNumber.make(),
                lifetime: lifetime,
                refreshDigest: refreshToken.flatMap { RandomToken.digest(of: $0) },
                reported: reported
            )
            let opened = try await dependencies.storage.logins.open(
                session,
                for: checked.candidate,
                verified: checked.hash,
                rehashed: await rehashed(password, replacing: checked.hash),
                in: checked.organization,
                as: checked.identity,
                times: times(),
                origin: origin
            )
            guard case .opened(let grant) = opened else { continue }
            return Opened(
                accessToken: dependencies.accessToken(for: grant),
                refreshToken: refreshToken,
                number: session.number,
                member: checked.candidate.member
            )
        }
        throw AuthError.invalidCredentials
    }

    /// The password's hash by today's policy where the stored one is by another; a full queue leaves it for next time.
    private func rehashed(_ password: String, replacing hash: String) async -> String? {
        guard dependencies.hasher.needsRehash(hash) else { return nil }
        return try? await dependencies.hasher.hash(password)
    }
}

/// What a login at a contract answers that knows no organization and no refreshing.
package struct BoundLogin: Sendable {
    package let person: BoundPerson
    package let sessionNumber: SessionNumber
    package let accessToken: String
}
