import Cryptography
import Domain
import FoundationEssentials
import Limits
import Postgres
import Reactor
import Services
import Storage

/// What all event loops of a server share: nothing here changes, or it guards itself.
struct SharedParts: Sendable {
    let configuration: Configuration
    let database: DatabaseURL
    let tokens: AccessTokenAuthority
    let keys: ServiceKeys
    let hashPool: HashPool
    let limiter: AddressLimiter
    let requestLimiter: WindowLimiter

    /// How long anybody waits for their password to be hashed, before they are told to come back.
    private static let hashPatience = Duration.seconds(10)

    /// - Throws: `Failure` where a secret is too short.
    init(_ workplace: Workplace) throws {
        configuration = workplace.configuration
        database = workplace.database
        let ring: KeyRing
        do {
            ring = try KeyRing(secrets: workplace.secrets)
        } catch {
            throw Failure(.configuration, "PORTERO_SECRET takes at least 32 bytes, and so does each of several")
        }
        tokens = AccessTokenAuthority(
            algorithm: JWTAlgorithm(configuration.tokenAlgorithm),
            keys: ring,
            issuer: configuration.publicURL,
            audience: configuration.publicURL
        )
        keys = ServiceKeys(ring)
        hashPool = HashPool(queue: configuration.hashQueue, patience: Self.hashPatience)
        limiter = AddressLimiter(limit: configuration.authRateLimitPerMinute, period: 60_000_000_000)
        requestLimiter = WindowLimiter(
            perMinute: configuration.rateLimitPerMinute,
            perHour: configuration.rateLimitPerHour
        )
    }

    var hasher: PasswordHasher {
        switch configuration.passwordHash {
        case .bcrypt: PasswordHasher(kind: .bcrypt(cost: configuration.bcryptCost), pool: hashPool)
        case .argon2id: PasswordHasher(kind: .argon2id, pool: hashPool)
        }
    }

    /// The services' world on one loop.
    func dependencies(on loop: EventLoop, _ database: Database) -> Dependencies {
        let lockout = LockoutPolicy(
            attempts: configuration.lockoutAttempts,
            window: configuration.lockoutWindow,
            duration: configuration.lockoutDuration
        )
        let storage = Repositories(database, lockout: lockout)
        let uptime: @Sendable () -> Int64 = { loop.now.nanoseconds }
        let pause: @Sendable (Duration) async throws -> Void = { try await loop.sleep(for: $0) }
        return Dependencies(
            storage: storage,
            hasher: hasher,
            tokens: tokens,
            keys: keys,
            limiter: limiter,
            requestLimiter: requestLimiter,
            activity: SessionActivity(on: loop, storage.sessions, uptime: uptime, pause: pause),
            settings: ServiceSettings(
                accessTokenLifetime: configuration.accessTokenLifetime,
                sessionLifetime: configuration.refreshTokenLifetime,
                refreshGrace: configuration.refreshGrace,
                loginRevealsUnknown: configuration.loginRevealsUnknown,
                requiresVerifiedEmail: configuration.requiresVerifiedEmail,
                defaultOrganization: configuration.defaultOrganization,
                publicHost: HostName(hostField: configuration.publicURL.authority),
                openDomains: configuration.openDomains,
                selfRegisterRoles: configuration.selfRegisterRoles
            ),
            uptime: uptime,
            pause: pause
        )
    }
}

extension JWTAlgorithm {
    init(_ algorithm: Configuration.TokenAlgorithm) {
        switch algorithm {
        case .hs256: self = .hs256
        case .edDSA: self = .edDSA
        case .es256: self = .es256
        }
    }
}

extension String {
    /// Of a URL: its host, and its port if it has one.
    fileprivate var authority: String {
        String(split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? "")
    }
}
