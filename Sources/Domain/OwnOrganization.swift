package import FoundationEssentials

/// An organization as one of its members sees it, with their role.
package struct OwnOrganization: Sendable {
    package let id: OrganizationID
    package let slug: String
    package let name: String
    /// A JSON object.
    package let settings: String
    package let domains: [String]
    package let createdAt: Date
    package let roleID: RoleID
    package let roleName: String
    package let permissions: [String]

    package init(
        id: OrganizationID,
        slug: String,
        name: String,
        settings: String,
        domains: [String],
        createdAt: Date,
        roleID: RoleID,
        roleName: String,
        permissions: [String]
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.settings = settings
        self.domains = domains
        self.createdAt = createdAt
        self.roleID = roleID
        self.roleName = roleName
        self.permissions = permissions
    }
}

/// What of an organization is to change; nil stays as it is.
package struct OrganizationChange: Sendable {
    package let name: FullName?
    package let slug: Slug?
    /// A JSON object, checked.
    package let settings: String?
    package let domains: [HostName]?

    package init(name: FullName?, slug: Slug?, settings: String?, domains: [HostName]?) {
        self.name = name
        self.slug = slug
        self.settings = settings
        self.domains = domains
    }
}
