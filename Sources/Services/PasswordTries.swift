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
        /// Where the person may come in, if one organization was asked for.
        let organization: OrganizationID?
    }

    /// How often, and how long each time, one waits for tries that are being hashed for the same account and network.
    private static let patience = (count: 20, pause: Duration.milliseconds(250))

    private let dependencies: Dependencies
    private let event: LoginEvent

    init(_ dependencies: Dependencies, for event: LoginEvent) {
        self.dependencies = dependencies
        self.event = event
    }

    /// Checks a password, and at a bound place whether its person belongs there.
    ///
    /// Who does not belong there is answered like a wrong password, in the same time.
    func check(
        _ password: String,
        of name: LoginName,
        at place: LoginPlace,
        origin: Origin
    ) async throws -> Checked {
        // In a flood, before the database has two writes with each try that comes to nothing.
        try dependencies.requireRoomToHash()
        let typed = name
        let name = try await counted(typed)
        let identity = LoginIdentity(digest: dependencies.keys.identityDigest(of: name), network: origin.network)
        let (candidate, organization) = try await reserve(name, typed, at: place, as: identity, origin)
        let isRight = try await verify(password, of: candidate, as: identity)
        let attempt = Attempt(
            name: name,
            typed: typed,
            candidate: candidate,
            organization: organization,
            identity: identity
        )
        guard isRight, let candidate, let hash = candidate.passwordHash, !place.isBound || candidate.member != nil
        else {
            let reason: LoginFailure =
                candidate == nil ? .unknownAccount : isRight ? .notMember : .wrongPassword
            try await fail(attempt, reason, origin)
            let reveals = !place.isBound && candidate == nil && dependencies.settings.loginRevealsUnknown
            throw reveals ? AuthError.unknownAccount : AuthError.invalidCredentials
        }
        guard candidate.isActive else {
            try await fail(attempt, .inactive, origin)
            throw AuthError.accountInactive
        }
        guard candidate.isVerified || !dependencies.settings.requiresVerifiedEmail else {
            try await fail(attempt, .unverified, origin)
            throw AuthError.emailNotVerified
        }
        return Checked(candidate: candidate, hash: hash, identity: identity, organization: organization)
    }

    /// A try as it is written down.
    private struct Attempt {
        let name: LoginName
        let typed: LoginName
        let candidate: LoginCandidate?
        let organization: OrganizationID?
        let identity: LoginIdentity
    }

    /// The name under which failures are counted: an account's address, whichever way it was named.
    private func counted(_ name: LoginName) async throws -> LoginName {
        guard case .username(let username) = name, let email = try await dependencies.storage.logins.email(of: username)
        else { return name }
        return .email(email)
    }

    /// Reserves one try; no candidate for an account that is unknown.
    private func reserve(
        _ name: LoginName,
        _ typed: LoginName,
        at place: LoginPlace,
        as identity: LoginIdentity,
        _ origin: Origin
    ) async throws -> (LoginCandidate?, OrganizationID?) {
        for _ in 0..<Self.patience.count {
            let attempt = try await dependencies.storage.logins.begin(
                name,
                typed: typed,
                at: place,
                as: identity,
                event: event,
                origin: origin
            )
            switch attempt {
            case .go(let candidate, let organization): return (candidate, organization)
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
            try await dependencies.storage.logins.release(identity)
            throw AuthError.unavailable(seconds: 1)
        }
    }

    private func fail(_ attempt: Attempt, _ reason: LoginFailure, _ origin: Origin) async throws {
        _ = try await dependencies.storage.logins.fail(
            attempt.candidate,
            name: attempt.name,
            typed: attempt.typed,
            in: attempt.organization,
            as: attempt.identity,
            reason: reason,
            event: event,
            origin: origin
        )
    }
}
