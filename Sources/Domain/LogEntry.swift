package import FoundationEssentials

/// A row of an organization's audit trail, for contracts that know people and sessions by numbers.
package struct LogEntry: Sendable {
    package let id: Int
    package let event: String
    package let success: Bool
    package let reason: String?
    /// Null for an account that does not exist, or not any more.
    package let userNumber: Int?
    /// The one that the row names, else that of the member it is about.
    package let email: String?
    package let address: String?
    package let userAgent: String?
    /// Null once the session has been cleaned up, and while it lives to whoever may not end it.
    package let sessionNumber: Int?
    package let occurredAt: Date

    package init(
        id: Int,
        event: String,
        success: Bool,
        reason: String?,
        userNumber: Int?,
        email: String?,
        address: String?,
        userAgent: String?,
        sessionNumber: Int?,
        occurredAt: Date
    ) {
        self.id = id
        self.event = event
        self.success = success
        self.reason = reason
        self.userNumber = userNumber
        self.email = email
        self.address = address
        self.userAgent = userAgent
        self.sessionNumber = sessionNumber
        self.occurredAt = occurredAt
    }
}
