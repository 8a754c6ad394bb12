package import Domain
package import FoundationEssentials

/// A key about to be made: what is stored of it.
package struct NewServiceKey: Sendable {
    package let id: ServiceKeyID
    package let name: FullName
    package let prefix: String
    package let digest: [UInt8]
    package let permissions: [String]
    package let expiresAt: Date?

    package init(
        id: ServiceKeyID,
        name: FullName,
        prefix: String,
        digest: [UInt8],
        permissions: [String],
        expiresAt: Date?
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.digest = digest
        self.permissions = permissions
        self.expiresAt = expiresAt
    }
}

/// Whom a key speaks for, as the database knows it now.
package struct LiveServiceKey: Sendable {
    package let id: ServiceKeyID
    package let organizationID: OrganizationID
    package let permissions: [String]
    /// Its use has not been noted for a minute.
    package let isStale: Bool
}
