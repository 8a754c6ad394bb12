package import FoundationEssentials

/// A member of the organization that a request belongs to, as contracts show them that know people and roles by numbers.
package struct BoundPerson: Sendable {
    package let number: Int
    package let email: String
    package let username: String?
    package let fullName: String
    package let isActive: Bool
    package let isVerified: Bool
    package let lastLoginAt: Date?
    package let createdAt: Date
    package let role: NumberedRole
    package let permissions: [String]

    package init(
        number: Int,
        email: String,
        username: String?,
        fullName: String,
        isActive: Bool,
        isVerified: Bool,
        lastLoginAt: Date?,
        createdAt: Date,
        role: NumberedRole,
        permissions: [String]
    ) {
        self.number = number
        self.email = email
        self.username = username
        self.fullName = fullName
        self.isActive = isActive
        self.isVerified = isVerified
        self.lastLoginAt = lastLoginAt
        self.createdAt = createdAt
        self.role = role
        self.permissions = permissions
    }
}

package struct NumberedRole: Hashable, Sendable {
    package let number: Int
    package let name: String

    package init(number: Int, name: String) {
        self.number = number
        self.name = name
    }
}

/// How the role of a new account was named, if it was.
package enum RoleChoice: Hashable, Sendable {
    /// The one that everybody gets who asks for none.
    case usual
    case named(String)
    case numbered(Int)
}
