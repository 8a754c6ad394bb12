package import Domain
package import Postgres

/// What no organization takes, nor gives up, but by the operator.
package struct Reservations: Sendable {
    package let slug: String
    package let domains: [HostName]

    package init(slug: String, domains: [HostName]) {
        self.slug = slug
        self.domains = domains
    }
}

/// Organizations: made, read by their members, changed and deleted.
package struct OrganizationRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Makes an organization whose first Admin is the actor; its id is the actor's organization.
    ///
    /// - Throws: `AuthError.slugTaken`, `.tooManyOrganizations`, `.unauthenticated` where the account has been closed.
    package func create(
        _ name: FullName,
        slug: Slug?,
        by actor: Actor,
        reserving reservations: Reservations
    ) async throws -> OwnOrganization {
        let made = try await reaching([
            "organizations_slug_key": .slugTaken, "too_many_organizations": .tooManyOrganizations,
            "account_closed": .unauthenticated,
        ]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.create_organization(
                    \(actor.identity), \(name.text), \(slug?.text), \(reservations.slug), \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try OwnOrganization(&row) }
        }
        guard let made else { throw AuthError.organizationNotFound }
        return made
    }

    /// All organizations that somebody works in, or one of them.
    package func list(of user: UserID, only organization: OrganizationID? = nil) async throws -> [OwnOrganization] {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.organizations_of(\(user), \(organization))")
                .map { (row: inout Row) throws(PostgresError) in try OwnOrganization(&row) }
        }
    }

    /// Of domains that the organization has not got yet, it takes those alone that are `open`.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.slugTaken`, `.domainTaken`, `.domainNotOpen`,
    ///   `.defaultOrganization`.
    package func change(
        _ change: OrganizationChange,
        by actor: Actor,
        reserving reservations: Reservations,
        open: [HostName]
    ) async throws -> OwnOrganization {
        let refusals = refusals(
            lacking: .manageOrganization,
            [
                "organizations_slug_key": .slugTaken, "organization_domains_pkey": .domainTaken,
                "domain_not_open": .domainNotOpen, "default_organization": .defaultOrganization,
            ]
        )
        let changed = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.update_organization(
                    \(actor.identity), \(change.name?.text), \(change.slug?.text), \(change.settings)::jsonb,
                    \(change.domains.map { $0.map(\.text) }), \(reservations.slug),
                    \(reservations.domains.map(\.text)), \(open.map(\.text)), \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try OwnOrganization(&row) }
        }
        guard let changed else { throw AuthError.organizationNotFound }
        return changed
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.defaultOrganization`.
    package func delete(by actor: Actor, reserving reservations: Reservations) async throws {
        let refusals = refusals(lacking: .manageOrganization, ["default_organization": .defaultOrganization])
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.delete_organization(
                    \(actor.identity), \(reservations.slug), \(SQL.origin(actor.origin)))
                """
            )
        }
    }
}

extension OwnOrganization {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            id: try row.next(),
            slug: try row.next(),
            name: try row.next(),
            settings: try row.next(),
            domains: try row.next(),
            createdAt: try row.next(),
            roleID: try row.next(),
            roleName: try row.next(),
            permissions: try row.next()
        )
    }
}
