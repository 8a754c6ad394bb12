import Limits

/// Counts every request of a surface that has a limit for all of them.
package struct RequestLimitService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Counts a request of a network, which is written as in `Origin.network`.
    package func count(_ network: String) -> RequestAllowance {
        let allowance = dependencies.requestLimiter.count(network, at: dependencies.uptime())
        return RequestAllowance(
            retryAfter: allowance.isAdmitted ? nil : allowance.retryAfter,
            minute: allowance.minute.map { .init($0) },
            hour: allowance.hour.map { .init($0) }
        )
    }
}

/// What an address may still ask for.
package struct RequestAllowance: Sendable {
    package struct Window: Sendable {
        package let limit: Int
        package let remaining: Int
        package let secondsToReset: Int

        init(_ window: Allowance.Window) {
            limit = window.limit
            remaining = window.remaining
            secondsToReset = window.secondsToReset
        }
    }

    /// Seconds; nil where the request may pass.
    package let retryAfter: Int?
    /// Nil where there is no such limit.
    package let minute: Window?
    package let hour: Window?
}
