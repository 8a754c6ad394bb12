package import FoundationEssentials

/// A live session, as its owner sees it in a list.
package struct SessionSummary: Sendable {
    package let id: SessionID
    package let createdAt: Date
    package let lastSeenAt: Date
    package let expiresAt: Date
    package let address: String?
    package let userAgent: String?
    package let device: String?
    package let organizationID: OrganizationID?
    package let number: SessionNumber

    package init(
        id: SessionID,
        createdAt: Date,
        lastSeenAt: Date,
        expiresAt: Date,
        address: String?,
        userAgent: String?,
        device: String?,
        organizationID: OrganizationID?,
        number: SessionNumber
    ) {
        self.id = id
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
        self.address = address
        self.userAgent = userAgent
        self.device = device
        self.organizationID = organizationID
        self.number = number
    }
}

/// Why a session ended; the database knows the same names.
package enum SessionEnd: String, CaseIterable, Sendable {
    case logout
    case logoutAll = "logout_all"
    case revoked
}
