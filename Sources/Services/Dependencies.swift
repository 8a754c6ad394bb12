package import Cryptography
import Domain
package import FoundationEssentials
package import Limits
package import Storage

/// Everything that a service reaches outside itself.
///
/// Each event loop has its own, on its own database connections. Tests replace a member of this, never a service.
package struct Dependencies: Sendable {
    package var storage: Repositories
    package var hasher: PasswordHasher
    package var tokens: AccessTokenAuthority
    package var keys: ServiceKeys
    package var limiter: AddressLimiter
    /// For surfaces that limit every request.
    package var requestLimiter: WindowLimiter
    package var activity: SessionActivity
    package var settings: ServiceSettings
    package var now: @Sendable () -> Date
    /// Nanoseconds on the monotonic clock, for the limiter.
    package var uptime: @Sendable () -> Int64
    /// Waits without holding the event loop.
    package var pause: @Sendable (Duration) async throws -> Void

    package init(
        storage: Repositories,
        hasher: PasswordHasher,
        tokens: AccessTokenAuthority,
        keys: ServiceKeys,
        limiter: AddressLimiter,
        requestLimiter: WindowLimiter,
        activity: SessionActivity,
        settings: ServiceSettings,
        now: @escaping @Sendable () -> Date = { Date() },
        uptime: @escaping @Sendable () -> Int64,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.storage = storage
        self.hasher = hasher
        self.tokens = tokens
        self.keys = keys
        self.limiter = limiter
        self.requestLimiter = requestLimiter
        self.activity = activity
        self.settings = settings
        self.now = now
        self.uptime = uptime
        self.pause = pause
    }

    /// Seconds since 1970, as tokens count.
    func epochSeconds() -> Int {
        Int(now().timeIntervalSince1970)
    }

    /// Counts a request to something that can be abused from far away; usuarios counts all of its own by other limits.
    ///
    /// - Throws: `AuthError.tooManyRequests`.
    func admit(_ origin: Origin, to use: LimitedUse = .credentials) throws(AuthError) {
        guard origin.surface != .usuarios, let seconds = limit(on: origin, to: use) else { return }
        throw .tooManyRequests(seconds: seconds)
    }

    /// Spends the allowance of a network; beyond it, after how many seconds there is more.
    func limit(on origin: Origin, to use: LimitedUse) -> Int? {
        let allowance = Allowance(network: origin.network, use: use)
        return limiter.admit(allowance, at: uptime()).map { Int(($0 + 999_999_999) / 1_000_000_000) }
    }
}

/// What a network has an allowance for, each of the same size.
enum LimitedUse: Hashable {
    case credentials
    /// Many people who begin and end their work behind one address use up neither by the other.
    case endSessionByNumber
    /// Whoever has an account may be refused elsewhere as often as they like: not each time takes a row.
    case recordRefusalOfStranger
}

private struct Allowance: Hashable {
    let network: String
    let use: LimitedUse
}
