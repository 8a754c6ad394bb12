package import FoundationEssentials

/// A session as contracts show it that know sessions and people by numbers.
package struct NumberedSession: Sendable {
    package let number: SessionNumber
    package let userNumber: Int
    package let startedAt: Date
    package let expiresAt: Date
    package let lastSeenAt: Date
    /// Neither ended nor expired.
    package let isLive: Bool
    /// What it was opened with, or what that said of itself; empty where nothing is known.
    package let device: String

    package init(
        number: SessionNumber,
        userNumber: Int,
        startedAt: Date,
        expiresAt: Date,
        lastSeenAt: Date,
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

/// A session with all that somebody wants it to be; times in whole seconds since 1970.
package struct WantedSession: Sendable {
    package let number: SessionNumber
    package let userNumber: Int
    package let startedAt: Int
    package let expiresAt: Int
    package let lastSeenAt: Int
    package let isLive: Bool
    package let device: String

    package init(
        number: SessionNumber,
        userNumber: Int,
        startedAt: Int,
        expiresAt: Int,
        lastSeenAt: Int,
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
