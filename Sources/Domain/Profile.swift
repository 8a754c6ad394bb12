package import FoundationEssentials

/// An account that was just made.
package struct NewAccount: Sendable {
    package let id: UserID
    package let email: EmailAddress
    package let fullName: FullName
    package let createdAt: Date

    package init(id: UserID, email: EmailAddress, fullName: FullName, createdAt: Date) {
        self.id = id
        self.email = email
        self.fullName = fullName
        self.createdAt = createdAt
    }
}

/// A person as they see themselves: who they are, where they are now, and where else they work.
package struct Profile: Sendable {
    package let id: UserID
    package let email: String
    package let fullName: String
    package let isActive: Bool
    package let isVerified: Bool
    package let createdAt: Date
    /// Null when they work nowhere, or not any more where their token says.
    package let place: Place?
    package let memberships: [MembershipSummary]

    package init(
        id: UserID,
        email: String,
        fullName: String,
        isActive: Bool,
        isVerified: Bool,
        createdAt: Date,
        place: Place?,
        memberships: [MembershipSummary]
    ) {
        self.id = id
        self.email = email
        self.fullName = fullName
        self.isActive = isActive
        self.isVerified = isVerified
        self.createdAt = createdAt
        self.place = place
        self.memberships = memberships
    }
}

/// An organization, and somebody's role in it with what it allows now.
package struct Place: Sendable {
    package let organizationID: OrganizationID
    package let organizationName: String
    package let roleID: RoleID
    package let roleName: String
    package let permissions: [String]

    package init(
        organizationID: OrganizationID,
        organizationName: String,
        roleID: RoleID,
        roleName: String,
        permissions: [String]
    ) {
        self.organizationID = organizationID
        self.organizationName = organizationName
        self.roleID = roleID
        self.roleName = roleName
        self.permissions = permissions
    }
}

package struct MembershipSummary: Sendable {
    package let organizationID: OrganizationID
    package let name: String
    package let slug: String
    package let role: String

    package init(organizationID: OrganizationID, name: String, slug: String, role: String) {
        self.organizationID = organizationID
        self.name = name
        self.slug = slug
        self.role = role
    }
}
