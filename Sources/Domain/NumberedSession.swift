package import FoundationEssentials

/// A session as contracts show it that know sessions and people by numbers.
package typealias NumberedSession = SessionFacts<Date>

/// A session with all that somebody wants it to be; times in whole seconds since 1970.
package typealias WantedSession = SessionFacts<Int>

package struct SessionFacts<Moment: Sendable>: Sendable {
    package let number: SessionNumber
    package let userNumber: Int
    package let startedAt: Moment
    package let expiresAt: Moment
    package let lastSeenAt: Moment
    /// Neither ended nor expired.
    package let isLive: Bool
    /// What it was opened with, or what that said of itself; empty where nothing is known.
    package let device: String

    package init(
        number: SessionNumber,
        userNumber: Int,
        startedAt: Moment,
        expiresAt: Moment,
        lastSeenAt: Moment,
        isLive: Bool,
        device: String
    ) {
        self.number = number
        self.userNumber = userNumber
        self.startedAt = startedAt
        self.expiresAt = expiresAt
        self.lastSeenAt = lastSeenAt
        self.isLive = isLive
        self.device = device
    }
}
