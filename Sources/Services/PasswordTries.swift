import Cryptography
import Domain
import Storage

/// Checks passwords, each try counted before it is made.
struct PasswordTries: Sendable {
    /// Somebody whose password was right and who may come in.
    struct Checked {
        let candidate: LoginCandidate
        let hash: String
        let identity: LoginIdentity
    }

    /// How often, and how long each time, one waits for tries that are being hashed for the same account and network.
    private static let patience = (count: 20, pause: Duration.milliseconds(250))

    private let dependencies: Dependencies
    private let event: LoginEvent

    init(_ dependencies: Dependencies, for event: LoginEvent) {
        self.dependencies = dependencies
        self.event = event
    }

    func check(_ password: String, of email: EmailAddress, origin: Origin) async throws -> Checked {
        // In a flood, before the database has two writes with each try that comes to nothing.
        try dependencies.requireRoomToHash()
        let identity = LoginIdentity(digest: dependencies.keys.identityDigest(of: email), network: origin.network)
        let candidate = try await reserve(email, as: identity)
        guard try await verify(password, of: candidate, as: identity), let candidate, let hash = candidate.passwordHash
        else {
            try await fail(candidate, email, identity, candidate == nil ? .unknownAccount : .wrongPassword, origin)
            let reveals = candidate == nil && dependencies.settings.loginRevealsUnknown
            throw reveals ? AuthError.unknownAccount : AuthError.invalidCredentials
        }
        guard candidate.isActive else {
            try await fail(candidate, email, identity, .inactive, origin)
            throw AuthError.accountInactive
        }
        guard candidate.isVerified || !dependencies.settings.requiresVerifiedEmail else {
            try await fail(candidate, email, identity, .unverified, origin)
            throw AuthError.emailNotVerified
        }
        return Checked(candidate: candidate, hash: hash, identity: identity)
    }

    /// Reserves one try; nil for an account that is unknown.
    private func reserve(_ email: EmailAddress, as identity: LoginIdentity) async throws -> LoginCandidate? {
        for _ in 0..<Self.patience.count {
            switch try await dependencies.logins.begin(email, as: identity) {
            case .go(let candidate): return candidate
            case .locked(let seconds): throw AuthError.accountLocked(seconds: seconds)
            case .wait: try await dependencies.pause(Self.patience.pause)
            }
        }
        throw AuthError.unavailable(seconds: 1)
    }

    private func verify(
        _ password: String,
        of candidate: LoginCandidate?,
        as identity: LoginIdentity
    ) async throws -> Bool {
        do {
            return try await dependencies.hasher.verify(password, against: candidate?.passwordHash)
        } catch {
            try await dependencies.logins.release(identity)
            throw AuthError.unavailable(seconds: 1)
        }
    }

    private func fail(
        _ candidate: LoginCandidate?,
        _ email: EmailAddress,
        _ identity: LoginIdentity,
        _ reason: LoginFailure,
        _ origin: Origin
    ) async throws {
        _ = try await dependencies.logins.fail(
            candidate,
            email: email,
            as: identity,
            reason: reason,
            event: event,
            origin: origin
        )
    }
}
