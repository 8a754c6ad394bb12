package import FoundationEssentials

/// A row of an organization's audit trail.
package struct AuditEntry: Sendable {
    package let id: Int
    package let event: String
    package let success: Bool
    package let reason: String?
    /// Whom it concerned.
    package let userID: UserID?
    /// Who did it.
    package let actorID: UserID?
    package let email: String?
    package let sessionID: SessionID?
    package let address: String?
    package let userAgent: String?
    package let requestID: String?
    package let surface: String?
    /// JSON.
    package let details: String?
    package let occurredAt: Date

    package init(
        id: Int,
        event: String,
        success: Bool,
        reason: String?,
        userID: UserID?,
        actorID: UserID?,
        email: String?,
        sessionID: SessionID?,
        address: String?,
        userAgent: String?,
        requestID: String?,
        surface: String?,
        details: String?,
        occurredAt: Date
    ) {
        self.id = id
        self.event = event
        self.success = success
        self.reason = reason
        self.userID = userID
        self.actorID = actorID
        self.email = email
        self.sessionID = sessionID
        self.address = address
        self.userAgent = userAgent
        self.requestID = requestID
        self.surface = surface
        self.details = details
        self.occurredAt = occurredAt
    }
}

/// Which part of an audit trail is asked for; newest first.
package struct AuditQuery: Sendable {
    package let from: Date?
    /// The first moment that is not asked for.
    package let to: Date?
    package let event: String?
    package let userID: UserID?
    /// What comes after this row.
    package let after: AuditPosition?
    package let limit: Int

    package init(from: Date?, to: Date?, event: String?, userID: UserID?, after: AuditPosition?, limit: Int) {
        self.from = from
        self.to = to
        self.event = event
        self.userID = userID
        self.after = after
        self.limit = limit
    }
}

/// Where in an audit trail a row stands, whatever is added to it.
package struct AuditPosition: Hashable, Sendable {
    package let occurredAt: Date
    package let id: Int

    package init(occurredAt: Date, id: Int) {
        self.occurredAt = occurredAt
        self.id = id
    }
}
