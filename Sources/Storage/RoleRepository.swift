package import Domain
package import Postgres

/// An organization's roles; what the server reads of them, row-level security lets it see.
package struct RoleRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// All roles of an organization, or one of them.
    package func list(of organization: OrganizationID, only role: RoleID? = nil) async throws -> [RoleSummary] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT id, name, description, built_in, permissions, members, created_at
                  FROM portero.roles_of(\(organization), \(role))
                """,
                with: ["portero.organization_id": organization.description]
            ).map { (row: inout Row) throws(PostgresError) in try RoleSummary(&row) }
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.unknownPermissions`, `.grantsMoreThanHeld`,
    ///   `.roleNameTaken`, `.tooManyRoles`.
    package func create(_ id: RoleID, _ role: RoleChange, by actor: Actor) async throws -> RoleSummary {
        try await write(
            """
            portero.create_role(\(actor.identity), \(id), \(role.name?.text), \(role.description ?? ""),
                                \(role.permissions ?? []), \(SQL.origin(actor.origin)))
            """
        )
    }

    /// - Throws: the same, `AuthError.roleNotFound`, `.builtIn`, `.lastAdmin`.
    package func change(_ id: RoleID, _ change: RoleChange, by actor: Actor) async throws -> RoleSummary {
        try await write(
            """
            portero.update_role(\(actor.identity), \(id), \(change.name?.text), \(change.description),
                                \(change.permissions), \(SQL.origin(actor.origin)))
            """
        )
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.roleNotFound`, `.builtIn`, `.grantsMoreThanHeld`,
    ///   `.roleInUse`.
    package func delete(_ id: RoleID, by actor: Actor) async throws {
        let refusals = refusals(
            lacking: .manageRoles,
            [
                "role_not_found": .roleNotFound, "role_built_in": .builtIn, "memberships_role_fkey": .roleInUse,
                "invitations_role_fkey": .roleInUse,
            ]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.delete_role(\(actor.identity), \(id), \(SQL.origin(actor.origin)))"
            )
        }
    }

    private func write(_ gate: SQL) async throws -> RoleSummary {
        let refusals = refusals(
            lacking: .manageRoles,
            [
                "role_not_found": .roleNotFound, "role_built_in": .builtIn, "roles_name_key": .roleNameTaken,
                "too_many_roles": .tooManyRoles,
            ]
        )
        let outcome = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT w.unknown, (w.role).id, (w.role).name, (w.role).description, (w.role).built_in,
                       (w.role).permissions, (w.role).members, (w.role).created_at
                  FROM \(gate) w
                """
            ).first { (row: inout Row) throws(PostgresError) -> Result<RoleSummary, AuthError> in
                let unknown: [Int] = try row.nextIfPresent() ?? []
                guard unknown.isEmpty else { return .failure(.unknownPermissions(unknown)) }
                return .success(try RoleSummary(&row))
            }
        }
        return try (outcome ?? .failure(.roleNotFound)).get()
    }
}

extension RoleSummary {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            id: try row.next(),
            name: try row.next(),
            description: try row.next(),
            isBuiltIn: try row.next(),
            permissions: try row.next(),
            memberCount: try row.next(),
            createdAt: try row.next()
        )
    }
}
