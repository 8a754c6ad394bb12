package import FoundationEssentials

/// Which rows of an audit trail are asked for, newest first, and which page of them; nil is no condition.
package struct LogQuery: Sendable {
    package let event: String?
    package let userNumber: Int?
    /// What was typed where somebody tried to come in, an address or not; however it is written.
    package let email: String?
    package let success: Bool?
    package let from: Date?
    /// The first moment that is not asked for.
    package let to: Date?
    package let limit: Int
    /// How many rows come before the page.
    package let offset: Int

    package init(
        event: String?,
        userNumber: Int?,
        email: String?,
        success: Bool?,
        from: Date?,
        to: Date?,
        limit: Int,
        offset: Int
    ) {
        self.event = event
        self.userNumber = userNumber
        self.email = email
        self.success = success
        self.from = from
        self.to = to
        self.limit = limit
        self.offset = offset
    }
}
