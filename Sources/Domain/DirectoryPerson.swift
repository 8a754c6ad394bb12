package import FoundationEssentials

/// One of an organization's people, as contracts show them that know people and roles by numbers.
package struct DirectoryPerson: Sendable {
    package let number: Int
    /// The e-mail address for who has no username: they log in by it.
    package let username: String
    package let email: String
    /// Of the membership, not of the account.
    package let isActive: Bool
    package let createdAt: Date
    package let lastLoginAt: Date?
    package let role: DirectoryRole

    package init(
        number: Int,
        username: String,
        email: String,
        isActive: Bool,
        createdAt: Date,
        lastLoginAt: Date?,
        role: DirectoryRole
    ) {
        self.number = number
        self.username = username
        self.email = email
        self.isActive = isActive
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
        self.role = role
    }
}

package struct DirectoryRole: Sendable {
    package let number: Int
    package let name: String
    package let description: String
    /// Nil where a role is only named beside somebody who has it.
    package let createdAt: Date?

    package init(number: Int, name: String, description: String, createdAt: Date? = nil) {
        self.number = number
        self.name = name
        self.description = description
        self.createdAt = createdAt
    }
}

/// Somebody, with what the organization keeps about them as its employee.
package struct DirectoryEntry: Sendable {
    package let person: DirectoryPerson
    package let employee: Employee?
    /// False where somebody looks at themselves: salary and dni were left out.
    package let isComplete: Bool

    package init(person: DirectoryPerson, employee: Employee?, isComplete: Bool) {
        self.person = person
        self.employee = employee
        self.isComplete = isComplete
    }
}

/// A live session whose active organization is the one that asks.
package struct OpenSession: Sendable {
    package let number: Int
    package let userNumber: Int
    package let username: String
    package let email: String
    package let createdAt: Date
    package let expiresAt: Date
    /// What the client said of itself, else what its connection told.
    package let address: String?
    package let userAgent: String?

    package init(
        number: Int,
        userNumber: Int,
        username: String,
        email: String,
        createdAt: Date,
        expiresAt: Date,
        address: String?,
        userAgent: String?
    ) {
        self.number = number
        self.userNumber = userNumber
        self.username = username
        self.email = email
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.address = address
        self.userAgent = userAgent
    }
}
