package import Domain
import Storage

/// Makes accounts.
package struct RegistrationService: Sendable {
    private let dependencies: Dependencies
    private let authentication: AuthenticationService

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        authentication = AuthenticationService(dependencies)
    }

    /// Makes an account, and mails the code that verifies its address.
    ///
    /// - Throws: `AuthError.emailTaken`, `.unacceptablePassword`, `.tooManyRequests`, `.unavailable`.
    package func register(
        email: EmailAddress,
        password: String,
        fullName: FullName,
        origin: Origin
    ) async throws -> NewAccount {
        try dependencies.admit(origin)
        try PasswordPolicy.check(password, of: email.text, named: fullName.text)
        let hash = try await dependencies.hash(password)
        let id = UserID.make(at: dependencies.now())
        let createdAt = try await dependencies.storage.accounts.register(
            id,
            email: email,
            fullName: fullName,
            passwordHash: hash,
            verification: dependencies.newCode(.verifyEmail),
            origin: origin
        )
        return NewAccount(id: id, email: email, fullName: fullName, createdAt: createdAt)
    }

    /// Makes an account whose person is a member of the organization that the request belongs to.
    ///
    /// Roles that are not open to everybody are given by who manages users there: `token` is theirs. Frontends send
    /// whatever they keep along with everything, so a token that is not good counts for nothing, and where one would have
    /// been needed it is what the refusal is about.
    ///
    /// - Throws: `AuthError.emailTaken`, `.usernameTaken`, `.unacceptablePassword`, `.unknownRole`, `.roleNotOpen`,
    ///   `.unauthenticated`, `.notMemberHere`, `.grantsMoreThanHeld`, `.tooManyRequests`, `.unavailable`;
    ///   `.organizationNotBound` where a setting is wrong.
    package func register(
        _ account: BoundRegistration,
        at host: HostName?,
        presenting token: ArraySlice<UInt8>?,
        origin: Origin
    ) async throws -> BoundPerson {
        try dependencies.admit(origin)
        guard let token else { return try await register(account, at: host, by: nil, origin: origin) }
        let caller: Caller
        do {
            caller = try await authentication.caller(presenting: token, at: host).caller
        } catch let refusal as AuthError {
            guard refusal == .unauthenticated || refusal == .notMemberHere else { throw refusal }
            do {
                return try await register(account, at: host, by: nil, origin: origin)
            } catch AuthError.roleNotOpen {
                throw refusal
            }
        }
        return try await register(account, at: host, by: caller, origin: origin)
    }

    private func register(
        _ account: BoundRegistration,
        at host: HostName?,
        by caller: Caller?,
        origin: Origin
    ) async throws -> BoundPerson {
        try PasswordPolicy.check(account.password, of: account.email.text, named: account.fullName.text)
        let member = NewMember(
            id: UserID.make(at: dependencies.now()),
            email: account.email,
            username: account.username,
            fullName: account.fullName,
            passwordHash: try await dependencies.hash(account.password),
            role: account.role,
            isActive: account.isActive
        )
        let binding = dependencies.binding(host)
        let register = { () async throws -> BoundPerson in
            try await dependencies.storage.accounts.register(
                member,
                at: binding,
                openRoles: dependencies.settings.selfRegisterRoles,
                verification: dependencies.newCode(.verifyEmail),
                by: caller?.userID,
                from: caller?.sessionID,
                origin: origin
            )
        }
        guard let caller else { return try await dependencies.acting(at: binding, from: origin, register) }
        return try await dependencies.acting(as: caller, from: origin) { _ in try await register() }
    }
}

/// Whom an account is to be made for at a contract that knows no organization.
package struct BoundRegistration: Sendable {
    package let email: EmailAddress
    package let username: Username?
    package let password: String
    package let fullName: FullName
    package let role: RoleChoice
    /// Looked at only where a caller manages users.
    package let isActive: Bool

    package init(
        email: EmailAddress,
        username: Username?,
        password: String,
        fullName: FullName,
        role: RoleChoice,
        isActive: Bool = true
    ) {
        self.email = email
        self.username = username
        self.password = password
        self.fullName = fullName
        self.role = role
        self.isActive = isActive
    }
}
