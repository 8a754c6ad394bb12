package import Domain
import Postgres

/// An account about to be made whose person is a member of one organization from the beginning.
package struct NewMember: Sendable {
    package let id: UserID
    package let email: EmailAddress
    package let username: Username?
    package let fullName: FullName
    package let passwordHash: String
    package let role: RoleChoice
    /// Looked at only where whoever makes the account manages users.
    package let isActive: Bool

    package init(
        id: UserID,
        email: EmailAddress,
        username: Username?,
        fullName: FullName,
        passwordHash: String,
        role: RoleChoice,
        isActive: Bool
    ) {
        self.id = id
        self.email = email
        self.username = username
        self.fullName = fullName
        self.passwordHash = passwordHash
        self.role = role
        self.isActive = isActive
    }
}

extension AccountRepository {
    /// Makes an account and its membership, and queues the mail that asks to verify its address.
    ///
    /// - Throws: `AuthError.organizationNotBound`, `.unknownRole`, `.roleNotOpen`, `.grantsMoreThanHeld`, `.emailTaken`,
    ///   `.usernameTaken`.
    package func register(
        _ member: NewMember,
        at binding: Binding,
        openRoles: [String],
        verification code: NewCode,
        by actor: UserID?,
        from session: SessionID?,
        origin: Origin
    ) async throws -> BoundPerson {
        let person = try await reaching([
            "organization_not_bound": .organizationNotBound, "role_unknown": .unknownRole,
            "role_not_open": .roleNotOpen, "organization_not_found": .roleNotOpen, "permission_missing": .roleNotOpen,
            "grants_more_than_held": .grantsMoreThanHeld, "users_email_key": .emailTaken,
            "users_username_key": .usernameTaken,
        ]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.register_member(
                    \(member.id), \(member.email.text), \(member.username?.text), \(member.fullName.text),
                    \(member.passwordHash), \(code.id), \(code.mac), \(SQL.seconds(code.lifetime)), \(code.sealed),
                    \(binding.arguments), \(member.role.number), \(member.role.name), \(openRoles), \(member.isActive),
                    \(actor), \(session), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try BoundPerson(&row) } ?? nil
        }
        guard let person else { throw AuthError.unavailable(seconds: 1) }
        return person
    }
}

extension RoleChoice {
    fileprivate var number: Int? {
        if case .numbered(let number) = self { number } else { nil }
    }

    fileprivate var name: String? {
        if case .named(let name) = self { name } else { nil }
    }
}
