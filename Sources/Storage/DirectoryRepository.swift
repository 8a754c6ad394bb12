package import Domain
package import Postgres

/// An organization's people with what it keeps about them; its roles and live sessions, all by number.
package struct DirectoryRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func people(
        of organization: OrganizationID,
        _ query: ListQuery<PersonSort>
    ) async throws -> ListPage<DirectoryPerson> {
        try await reaching { () throws(PostgresError) in
            try await database.page(
                "SELECT total, (person).* FROM portero.people(\(organization), \(query.arguments))"
            ) { (row: inout Row) throws(PostgresError) in try DirectoryPerson(&row) }
        }
    }

    package func openSessions(
        of organization: OrganizationID,
        managing: Bool,
        _ query: ListQuery<OpenSessionSort>
    ) async throws -> ListPage<OpenSession> {
        try await reaching { () throws(PostgresError) in
            try await database.page(
                "SELECT * FROM portero.open_sessions(\(organization), \(managing), \(query.arguments))"
            ) { (row: inout Row) throws(PostgresError) in try OpenSession(&row) }
        }
    }

    /// All roles, some of them in an order, or one.
    ///
    /// Those built in are looked for and sorted by `words`, where these have any for them.
    package func roles(
        of organization: OrganizationID,
        only number: Int? = nil,
        _ query: ListQuery<RoleSort>,
        words: [BuiltInRole: String] = [:]
    ) async throws -> [DirectoryRole] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT * FROM portero.numbered_roles(
                    \(organization), \(number), \(words.keys.map(\.rawValue)), \(Array(words.values)),
                    \(query.arguments))
                """
            ).map { (row: inout Row) throws(PostgresError) in
                DirectoryRole(
                    number: try row.next(),
                    name: try row.next(),
                    description: try row.next(),
                    createdAt: try row.next()
                )
            }
        }
    }

    /// A role of the organization that a request belongs to.
    package func role(_ number: Int, at binding: Binding) async throws -> DirectoryRole? {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT r.number, r.name, r.description
                  FROM portero.numbered_roles(
                       portero.bound_organization(\(binding.arguments)), \(number), NULL, NULL, NULL, 'number', false,
                       1, 0) r
                """
            ).first { (row: inout Row) throws(PostgresError) in
                DirectoryRole(number: try row.next(), name: try row.next(), description: try row.next())
            }
        }
    }

    /// Somebody, for who manages users or for themselves; else nil.
    package func entry(
        _ number: Int,
        of organization: OrganizationID,
        seenBy viewer: UserID,
        managing: Bool
    ) async throws -> DirectoryEntry? {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT (person).*, (employee).*
                  FROM portero.person_of(\(organization), \(number), \(managing), \(viewer))
                """
            ).first { (row: inout Row) throws(PostgresError) in try DirectoryEntry(&row, isComplete: managing) } ?? nil
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.unknownRole`, `.grantsMoreThanHeld`, `.emailTaken`,
    ///   `.usernameTaken`, `.dniTaken`, `.employeeIncomplete`.
    package func create(
        _ id: UserID,
        _ person: NewPerson,
        passwordHash: String,
        fullName: String,
        verification code: NewCode,
        by actor: Actor
    ) async throws -> DirectoryEntry {
        try await write(
            """
            portero.create_person(
                \(actor.identity), \(id), \(person.email.text), \(person.username.text), \(fullName),
                \(passwordHash), \(person.role), \(person.isActive), \(person.employee.arguments),
                \(code.arguments), \(SQL.origin(actor.origin)))
            """
        )
    }

    /// - Throws: the same, `AuthError.memberNotFound`, `.accountShared`, `.usernameIsAddress`, `.lastAdmin`.
    package func change(
        _ number: Int,
        _ change: PersonChange,
        verification code: NewCode,
        by actor: Actor
    ) async throws -> DirectoryEntry {
        try await write(
            """
            portero.update_person(
                \(actor.identity), \(number), \(change.email?.text), \(change.username?.name?.text),
                \(change.username?.address?.normalized), \(change.role), \(change.isActive),
                \(change.employee.arguments), \(code.arguments), \(SQL.origin(actor.origin)))
            """
        )
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.memberNotFound`, `.grantsMoreThanHeld`, `.ownAccount`,
    ///   `.lastAdmin`.
    package func delete(_ number: Int, by actor: Actor) async throws {
        let refusals = refusals(
            lacking: .manageUsers,
            ["member_not_found": .memberNotFound, "own_account": .ownAccount]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.delete_person(\(actor.identity), \(number), \(SQL.origin(actor.origin)))"
            )
        }
    }

    private func write(_ gate: SQL) async throws -> DirectoryEntry {
        let refusals = refusals(
            lacking: .manageUsers,
            [
                "member_not_found": .memberNotFound, "memberships_role_fkey": .unknownRole,
                "users_email_key": .emailTaken, "users_username_key": .usernameTaken,
                "employees_dni_key": .dniTaken, "account_shared": .accountShared,
                "session_opened_by_another": .sessionOpenedByAnother,
                "username_is_address": .usernameIsAddress,
                "employee_incomplete": .employeeIncomplete,
            ]
        )
        let entry = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write("SELECT (w.person).*, (w.employee).* FROM \(gate) w")
                .first { (row: inout Row) throws(PostgresError) in try DirectoryEntry(&row, isComplete: true) } ?? nil
        }
        guard let entry else { throw AuthError.memberNotFound }
        return entry
    }
}
