package import FoundationEssentials

/// Somebody who works in an organization, as its staff see them.
package struct Member: Sendable {
    package let userID: UserID
    package let email: String
    package let fullName: String
    package let username: String?
    /// Of the membership, not of the account.
    package let isActive: Bool
    package let roleID: RoleID
    package let roleName: String
    package let joinedAt: Date
    package let lastLoginAt: Date?

    package init(
        userID: UserID,
        email: String,
        fullName: String,
        username: String?,
        isActive: Bool,
        roleID: RoleID,
        roleName: String,
        joinedAt: Date,
        lastLoginAt: Date?
    ) {
        self.userID = userID
        self.email = email
        self.fullName = fullName
        self.username = username
        self.isActive = isActive
        self.roleID = roleID
        self.roleName = roleName
        self.joinedAt = joinedAt
        self.lastLoginAt = lastLoginAt
    }
}

/// Some of an organization's members, in an order.
package struct MemberQuery: Sendable {
    /// The database knows the same names.
    package enum Sort: String, CaseIterable, Sendable {
        case fullName = "full_name"
        case email
        case createdAt = "created_at"
        case role
    }

    /// Looked for as it stands in names, addresses and usernames, without regard to case and accents.
    package let search: String?
    package let sort: Sort
    package let isDescending: Bool
    package let limit: Int
    package let offset: Int

    package init(search: String?, sort: Sort, isDescending: Bool, limit: Int, offset: Int) {
        self.search = search
        self.sort = sort
        self.isDescending = isDescending
        self.limit = limit
        self.offset = offset
    }
}

/// One page of members, and how many there are in all.
package struct MemberPage: Sendable {
    package let members: [Member]
    package let total: Int

    package init(members: [Member], total: Int) {
        self.members = members
        self.total = total
    }
}
