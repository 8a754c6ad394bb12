package import Domain
package import FoundationEssentials
import Postgres

/// An organization, as whoever runs the server sees it in a list.
package struct ListedOrganization: Sendable {
    package let slug: String
    package let name: String
    package let domains: [String]
    package let members: Int
    package let createdAt: Date
}

/// What became of an order to change an organization's domains.
package enum DomainOutcome: Sendable {
    /// Those that it has now.
    case changed([String])
    /// Nothing was changed: a host that was to be given is another organization's, or one that was to be taken away is not
    /// this one's. The holder is a slug; nil: nobody's.
    case obstructed(by: String, holder: String?)
}

extension AdministrationRepository {
    /// Makes an organization that nobody is a member of yet.
    ///
    /// - Throws: `AuthError.slugTaken`, `.domainTaken`.
    package func makeOrganization(
        _ id: OrganizationID,
        name: String,
        slug: String,
        domains: [HostName],
        origin: Origin
    ) async throws {
        _ = try await reaching(["organizations_slug_key": .slugTaken, "organization_domains_pkey": .domainTaken]) {
            () throws(PostgresError) in
            try await database.write(
                "SELECT portero.found_organization(\(id), \(slug), \(name), \(domains.map(\.text)), \(SQL.origin(origin)))"
            )
        }
    }

    /// Gives hosts to an organization and takes others away; nil where there is none with that slug.
    ///
    /// - Throws: `AuthError.domainTaken` where another organization takes one of them at the same moment.
    package func changeDomains(
        of slug: String,
        adding added: [HostName],
        removing removed: [HostName],
        moving: Bool,
        origin: Origin
    ) async throws -> DomainOutcome? {
        try await reaching(["organization_domains_pkey": .domainTaken]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT domains, obstacle, holder
                  FROM portero.change_domains(
                       \(slug), \(added.map(\.text)), \(removed.map(\.text)), \(moving), \(SQL.origin(origin)))
                 WHERE domains IS NOT NULL
                """
            ).first { (row: inout Row) throws(PostgresError) in try DomainOutcome(&row) }
        }
    }

    /// Every organization, by slug.
    package func organizations() async throws -> [ListedOrganization] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT o.slug, o.name,
                       ARRAY(SELECT d.domain FROM portero.organization_domains d
                              WHERE d.organization_id = o.id ORDER BY d.domain),
                       (SELECT count(*) FROM portero.memberships m WHERE m.organization_id = o.id AND m.is_active),
                       o.created_at
                  FROM portero.organizations o
                 ORDER BY o.slug
                """
            ).map { (row: inout Row) throws(PostgresError) in try ListedOrganization(&row) }
        }
    }

    package func organization(_ slug: String) async throws -> OrganizationID? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT o.id FROM portero.organizations o WHERE o.slug = \(slug)")
                .first { (row: inout Row) throws(PostgresError) -> OrganizationID in try row.next() }
        }
    }
}

extension ListedOrganization {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        slug = try row.next()
        name = try row.next()
        domains = try row.next()
        members = try row.next()
        createdAt = try row.next()
    }
}

extension DomainOutcome {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        let domains: [String] = try row.next()
        let obstacle: String? = try row.nextIfPresent()
        let holder: String? = try row.nextIfPresent()
        self = obstacle.map { .obstructed(by: $0, holder: holder) } ?? .changed(domains)
    }
}
