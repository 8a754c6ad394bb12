package import Domain
package import FoundationEssentials
package import Postgres

/// The keys of organizations' own programs.
package struct ServiceKeyRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Makes a key; answers when.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.grantsMoreThanHeld`, `.unknownPermissions`,
    ///   `.expiryInThePast`, `.tooManyServiceKeys`.
    package func create(
        _ key: NewServiceKey,
        by actor: Actor
    ) async throws -> Date {
        let refusals = refusals(
            lacking: .manageOrganization,
            ["expires_in_the_past": .expiryInThePast, "too_many_service_keys": .tooManyServiceKeys]
        )
        let made = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT unknown, created_at FROM portero.create_service_key(\(actor.identity), \(key.id),
                    \(key.name.text), \(key.prefix), \(key.digest), \(key.permissions), \(key.expiresAt),
                    \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in
                (unknown: try row.next() as [Int], createdAt: try row.nextIfPresent() as Date?)
            }
        }
        guard let createdAt = made?.createdAt else { throw AuthError.unknownPermissions(made?.unknown ?? []) }
        return createdAt
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.serviceKeyNotFound`.
    package func delete(
        _ key: ServiceKeyID,
        by actor: Actor
    ) async throws {
        let refusals = refusals(
            lacking: .manageOrganization,
            ["service_key_not_found": .serviceKeyNotFound]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.delete_service_key(\(actor.identity), \(key), \(SQL.origin(actor.origin)))"
            )
        }
    }

    package func list(of organization: OrganizationID) async throws -> [ServiceKey] {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.service_keys_of(\(organization))")
                .map { (row: inout Row) throws(PostgresError) in try ServiceKey(&row) }
        }
    }

    package func live(_ digest: [UInt8]) async throws -> LiveServiceKey? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.service_caller(\(digest))")
                .first { (row: inout Row) throws(PostgresError) in try LiveServiceKey(&row) }
        }
    }

    /// Notes that a key was used.
    package func note(_ key: ServiceKeyID) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write("SELECT portero.note_service_key(\(key))")
        }
    }
}

extension ServiceKey {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            id: try row.next(),
            name: try row.next(),
            permissions: try row.next(),
            prefix: try row.next(),
            createdAt: try row.next(),
            expiresAt: try row.nextIfPresent(),
            lastUsedAt: try row.nextIfPresent()
        )
    }
}

extension LiveServiceKey {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        id = try row.next()
        organizationID = try row.next()
        permissions = try row.next()
        isStale = try row.next()
    }
}
