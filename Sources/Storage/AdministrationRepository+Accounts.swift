package import Domain
package import FoundationEssentials
import Postgres

/// An account, as whoever runs the server sees it in a list.
package struct ListedAccount: Sendable {
    package let email: String
    package let fullName: String
    package let isActive: Bool
    package let lastLoginAt: Date?
    /// Live ones.
    package let sessions: Int
    /// Slugs.
    package let organizations: [String]
}

/// What became of an account that was to be closed or opened again.
package struct AccountChange: Sendable {
    package let wasActive: Bool
    package let endedSessions: Int
}

extension AdministrationRepository {
    /// Accounts by their addresses: those of an organization's active members, and with `search` in their address, name or
    /// username, where these are asked for.
    package func accounts(
        of organization: OrganizationID?,
        search: String?,
        limit: Int
    ) async throws -> [ListedAccount] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                SELECT u.email, u.full_name, u.is_active, u.last_login_at,
                       (SELECT count(*) FROM portero.sessions s
                         WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now()),
                       ARRAY(SELECT o.slug FROM portero.memberships m
                               JOIN portero.organizations o ON o.id = m.organization_id
                              WHERE m.user_id = u.id AND m.is_active ORDER BY o.slug)
                  FROM portero.users u
                 WHERE (\(organization)::uuid IS NULL OR EXISTS (
                           SELECT FROM portero.memberships m
                            WHERE m.organization_id = \(organization) AND m.user_id = u.id AND m.is_active))
                   AND (\(search)::text IS NULL
                        OR strpos(lower(concat_ws(E'\\n', u.email, u.full_name, u.username)), lower(\(search))) > 0)
                 ORDER BY u.email_normalized
                 LIMIT \(limit)
                """
            ).map { (row: inout Row) throws(PostgresError) in try ListedAccount(&row) }
        }
    }

    /// Closes an account and ends its sessions, or opens it again; nil where there is none with that address.
    ///
    /// - Throws: `AuthError.lastAdmin`.
    package func setActive(_ isActive: Bool, _ email: EmailAddress, origin: Origin) async throws -> AccountChange? {
        try await reaching(Self.refusalsOfClosing) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT was_active, ended_sessions
                  FROM portero.set_account_active(\(email.normalized), \(isActive), \(SQL.origin(origin)))
                 WHERE was_active IS NOT NULL
                """
            ).first { (row: inout Row) throws(PostgresError) in
                AccountChange(wasActive: try row.next(), endedSessions: try row.next())
            }
        }
    }

    /// Raised when the transaction ends, by the trigger that keeps each organization an Admin.
    private static var refusalsOfClosing: [String: AuthError] { ["last_admin": .lastAdmin] }

    /// The organizations, by slug, that only this account can manage.
    package func organizationsThatNeed(_ email: EmailAddress) async throws -> [String] {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                """
                WITH manager AS (
                    SELECT m.organization_id, m.user_id, u.email_normalized
                      FROM portero.memberships m
                      JOIN portero.users u ON u.id = m.user_id AND u.is_active
                      JOIN portero.role_permissions rp ON rp.role_id = m.role_id
                      JOIN portero.permissions p ON p.id = rp.permission_id
                     WHERE m.is_active AND p.organization_id IS NULL AND p.name = 'manage_organization'
                )
                SELECT o.slug
                  FROM portero.organizations o
                  JOIN manager a ON a.organization_id = o.id AND a.email_normalized = \(email.normalized)
                 WHERE NOT EXISTS (
                       SELECT FROM manager b WHERE b.organization_id = o.id AND b.user_id <> a.user_id)
                 ORDER BY o.slug
                """
            ).map { (row: inout Row) throws(PostgresError) -> String in try row.next() }
        }
    }

    /// Forgets the failed logins that were counted for an account under any of these names; answers how many there were, or
    /// nil where there is no account with that address.
    package func unlock(_ email: EmailAddress, identities: [[UInt8]], origin: Origin) async throws -> Int? {
        let names = identities.map { "\\x" + $0.map(Self.hexadecimal).joined() }
        return try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.unlock_account(\(email.normalized), \(names)::bytea[], \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> Int? in try row.nextIfPresent() } ?? nil
        }
    }

    /// Ends an account's sessions; answers how many, or nil where there is no account with that address.
    package func logOut(_ email: EmailAddress, origin: Origin) async throws -> Int? {
        try await reaching { () throws(PostgresError) in
            try await database.write(
                "SELECT portero.log_out_account(\(email.normalized), \(SQL.origin(origin)))"
            ).first { (row: inout Row) throws(PostgresError) -> Int? in try row.nextIfPresent() } ?? nil
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

extension ListedAccount {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        email = try row.next()
        fullName = try row.next()
        isActive = try row.next()
        lastLoginAt = try row.nextIfPresent()
        sessions = try row.next()
        organizations = try row.next()
    }
}
