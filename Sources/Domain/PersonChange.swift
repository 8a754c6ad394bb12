/// What of somebody is to be; nil stays as it is.
package struct PersonChange: Sendable {
    package var username: Username?
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
