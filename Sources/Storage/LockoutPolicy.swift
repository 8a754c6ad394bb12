/// How many tries at a password are allowed, and what happens then.
package struct LockoutPolicy: Sendable {
    /// Failures from one network before it is locked out; 0 turns everything here off.
    package let attempts: Int
    package let window: Duration
    package let duration: Duration
    /// Failures from everywhere together before only networks known for a success are let through.
    package let wideAttempts = 100
    package let wideWindow = Duration.seconds(86_400)

    package init(attempts: Int, window: Duration, duration: Duration) {
        self.attempts = attempts
        self.window = window
        self.duration = duration
    }
}

/// Who tries to log in, in the form in which failures are counted.
package struct LoginIdentity: Sendable {
    /// An HMAC of what was typed, so that unknown accounts are counted like known ones and the table names nobody.
    package let digest: [UInt8]
    package let network: String

    package init(digest: [UInt8], network: String) {
        self.digest = digest
        self.network = network
    }
}
