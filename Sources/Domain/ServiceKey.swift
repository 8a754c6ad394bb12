package import FoundationEssentials

/// A key of an organization's own programs, without what it is.
package struct ServiceKey: Sendable {
    package let id: ServiceKeyID
    package let name: String
    package let permissions: [String]
    /// Its first characters, by which people tell their keys apart.
    package let prefix: String
    package let createdAt: Date
    package let expiresAt: Date?
    package let lastUsedAt: Date?

    package init(
        id: ServiceKeyID,
        name: String,
        permissions: [String],
        prefix: String,
        createdAt: Date,
        expiresAt: Date?,
        lastUsedAt: Date?
    ) {
        self.id = id
        self.name = name
        self.permissions = permissions
        self.prefix = prefix
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }
}
