package import Domain
package import Postgres

/// Names of what roles may allow: those built in, and an organization's own.
package struct PermissionRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func catalogue(of organization: OrganizationID?) async throws -> [PermissionSummary] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                "SELECT name, description, built_in FROM portero.permission_catalogue(\(organization))"
            ).map { (row: inout Row) throws(PostgresError) in
                PermissionSummary(name: try row.next(), description: try row.next(), isBuiltIn: try row.next())
            }
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.permissionNameTaken`, `.tooManyPermissions`.
    package func create(_ name: PermissionName, _ description: String, by actor: Actor) async throws {
        let refusals = refusals(
            lacking: .manageRoles,
            ["permissions_name_key": .permissionNameTaken, "too_many_permissions": .tooManyPermissions]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.create_permission(\(actor.identity), \(name.text), \(description),
                                                 \(SQL.origin(actor.origin)))
                """
            )
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.permissionNotFound`, `.builtIn`, `.grantsMoreThanHeld`.
    package func delete(_ name: PermissionName, by actor: Actor) async throws {
        let refusals = refusals(
            lacking: .manageRoles,
            ["permission_not_found": .permissionNotFound, "permission_built_in": .builtIn]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.delete_permission(\(actor.identity), \(name.text), \(SQL.origin(actor.origin)))"
            )
        }
    }
}
