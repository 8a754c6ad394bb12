package import FoundationEssentials

/// A role of an organization, and how many members have it.
package struct RoleSummary: Sendable {
    package let id: RoleID
    package let name: String
    package let description: String
    package let isBuiltIn: Bool
    package let permissions: [String]
    package let memberCount: Int
    package let createdAt: Date

    package init(
        id: RoleID,
        name: String,
        description: String,
        isBuiltIn: Bool,
        permissions: [String],
        memberCount: Int,
        createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.isBuiltIn = isBuiltIn
        self.permissions = permissions
        self.memberCount = memberCount
        self.createdAt = createdAt
    }
}

/// What of a role is to be; where a role is changed, nil stays as it is.
package struct RoleChange: Sendable {
    package static let maximumPermissions = 100

    package let name: FullName?
    package let description: String?
    /// As they were sent, so that a fault is named by its place.
    package let permissions: [String]?

    package init(name: FullName?, description: String?, permissions: [String]?) {
        self.name = name
        self.description = description
        self.permissions = permissions
    }
}

/// An entry of the catalogue of permissions.
package struct PermissionSummary: Sendable {
    package let name: String
    package let description: String
    package let isBuiltIn: Bool

    package init(name: String, description: String, isBuiltIn: Bool) {
        self.name = name
        self.description = description
        self.isBuiltIn = isBuiltIn
    }
}
