/// An organization as others name it.
package struct OrganizationReference: Sendable {
    package let id: OrganizationID
    package let name: String
    package let slug: String

    package init(id: OrganizationID, name: String, slug: String) {
        self.id = id
        self.name = name
        self.slug = slug
    }
}

/// A role as others name it.
package struct RoleReference: Sendable {
    /// Null for one that is only remembered.
    package let id: RoleID?
    package let name: String

    package init(id: RoleID?, name: String) {
        self.id = id
        self.name = name
    }
}

/// A person as others name them.
package struct PersonReference: Sendable {
    package let id: UserID
    package let fullName: String

    package init(id: UserID, fullName: String) {
        self.id = id
        self.fullName = fullName
    }
}
