/// What somebody is to be called.
package enum WantedUsername: Sendable {
    case name(Username)
    /// What is shown of who has no username: their address, as it is or is to be. It changes nothing.
    case ownAddress(EmailAddress)

    package var name: Username? {
        if case .name(let name) = self { name } else { nil }
    }

    package var address: EmailAddress? {
        if case .ownAddress(let address) = self { address } else { nil }
    }
}

/// What of somebody is to be; nil stays as it is.
package struct PersonChange: Sendable {
    package var username: WantedUsername?
    package var email: EmailAddress?
    package var role: Int?
    package var isActive: Bool?
    package var employee: EmployeeDetails?

    package init() {}
}

/// Somebody whom an organization makes an account for.
package struct NewPerson: Sendable {
    package let username: Username
    package let email: EmailAddress
    package let password: String
    /// By its number.
    package let role: Int
    package let isActive: Bool
    package let employee: EmployeeDetails?

    package init(
        username: Username,
        email: EmailAddress,
        password: String,
        role: Int,
        isActive: Bool,
        employee: EmployeeDetails?
    ) {
        self.username = username
        self.email = email
        self.password = password
        self.role = role
        self.isActive = isActive
        self.employee = employee
    }
}
