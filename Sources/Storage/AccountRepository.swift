package import Domain
package import FoundationEssentials
package import Postgres

/// The person behind a live session.
package struct LiveProfile: Sendable {
    package let profile: Profile
    /// The session's use has not been noted for a minute.
    package let isStale: Bool
}

/// Accounts: made, read by their owner, renamed.
package struct AccountRepository: Sendable {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Makes an account and queues the mail that asks to verify its address; answers when it was made.
    ///
    /// - Throws: `AuthError.emailTaken`.
    package func register(
        _ id: UserID,
        email: EmailAddress,
        fullName: FullName,
        passwordHash: String,
        verification code: NewCode,
        origin: Origin
    ) async throws -> Date {
        let createdAt = try await reaching(["users_email_key": .emailTaken]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.register(\(id), \(email.text), \(fullName.text), \(passwordHash), \(code.id), \(code.mac),
                                        \(SQL.seconds(code.lifetime)), \(code.sealed), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> Date in try row.next() }
        }
        return createdAt ?? Date(timeIntervalSince1970: 0)
    }

    /// The person behind a live session, or nil.
    package func profile(
        session: SessionID,
        user: UserID,
        organization: OrganizationID?
    ) async throws -> LiveProfile? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.me(\(session), \(user), \(organization))")
                .first { (row: inout Row) throws(PostgresError) in try LiveProfile(of: user, &row) }
        }
    }

    /// `organization` is where they work meanwhile.
    package func rename(
        _ user: UserID,
        to name: FullName,
        session: SessionID,
        in organization: OrganizationID?,
        origin: Origin
    ) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.rename_user(
                    \(user), \(name.text), \(session), \(organization), \(SQL.origin(origin)))
                """
            )
        }
    }
}

extension LiveProfile {
    fileprivate init(of user: UserID, _ row: inout Row) throws(PostgresError) {
        profile = try Profile(of: user, &row)
        isStale = try row.next()
    }
}

extension Profile {
    fileprivate init(of user: UserID, _ row: inout Row) throws(PostgresError) {
        let email: String = try row.next()
        let fullName: String = try row.next()
        let isActive: Bool = try row.next()
        let isVerified: Bool = try row.next()
        let createdAt: Date = try row.next()
        self.init(
            id: user,
            email: email,
            fullName: fullName,
            isActive: isActive,
            isVerified: isVerified,
            createdAt: createdAt,
            place: try Place(&row),
            memberships: try MembershipSummary.list(&row)
        )
    }
}

extension Place {
    /// Nil where the outer join found no membership.
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        let organization: OrganizationID? = try row.nextIfPresent()
        let name: String? = try row.nextIfPresent()
        let role: RoleID? = try row.nextIfPresent()
        let roleName: String? = try row.nextIfPresent()
        let permissions: [String]? = try row.nextIfPresent()
        guard let organization, let name, let role, let roleName else { return nil }
        self.init(
            organizationID: organization,
            organizationName: name,
            roleID: role,
            roleName: roleName,
            permissions: permissions ?? []
        )
    }
}

extension MembershipSummary {
    /// Four arrays of one length; null for somebody who works nowhere.
    fileprivate static func list(_ row: inout Row) throws(PostgresError) -> [MembershipSummary] {
        let ids: [UUID] = try row.nextIfPresent() ?? []
        let names: [String] = try row.nextIfPresent() ?? []
        let slugs: [String] = try row.nextIfPresent() ?? []
        let roles: [String] = try row.nextIfPresent() ?? []
        var list: [MembershipSummary] = []
        list.reserveCapacity(ids.count)
        for (id, ((name, slug), role)) in zip(ids, zip(zip(names, slugs), roles)) {
            list.append(
                MembershipSummary(organizationID: OrganizationID(rawValue: id), name: name, slug: slug, role: role)
            )
        }
        return list
    }
}
