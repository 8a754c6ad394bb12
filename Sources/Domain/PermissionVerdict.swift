/// Whether somebody holds a permission in an organization, and why: the way to it, or the link that is missing.
package enum PermissionVerdict: Sendable {
    /// Who, where, and by which role.
    case holds(PermissionWay)
    case roleLacks(PermissionWay)
    case noSuchPermission
    case membershipInactive(PermissionWay)
    case accountClosed(PermissionWay)
    /// Not a member, or no such organization: nobody is told which.
    case noMembership

    package var isAllowed: Bool {
        if case .holds = self { true } else { false }
    }
}

/// A person's place in an organization, by name.
package struct PermissionWay: Sendable {
    package let person: String
    package let organization: String
    package let role: String

    package init(person: String, organization: String, role: String) {
        self.person = person
        self.organization = organization
        self.role = role
    }
}
