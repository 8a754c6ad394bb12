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

/// The database knows the same names.
package enum MemberSort: String, CaseIterable, Sendable {
    case fullName = "full_name"
    case email
    case createdAt = "created_at"
    case role
}
