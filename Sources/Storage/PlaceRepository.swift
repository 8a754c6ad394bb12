package import Domain
package import Postgres

/// What a token comes to, beside what it says.
package struct TokenFacts: Sendable {
    package let email: String
    package let username: String?
    /// Nil where its person works nowhere, or not any more where the token says.
    package let organizationID: OrganizationID?
    package let role: String?
    package let permissions: [String]
    /// The session's use has not been noted for a minute.
    package let isStale: Bool
}

/// Where sessions work, and what there is to know about somebody's rights there.
package struct PlaceRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Has a session work in another organization; nil when it has ended.
    ///
    /// - Throws: `AuthError.organizationNotFound`.
    package func move(
        _ session: SessionID,
        of user: UserID,
        to organization: OrganizationID,
        times: TokenTimes,
        origin: Origin
    ) async throws -> TokenGrant? {
        let code = try await reaching(["organization_not_found": .organizationNotFound]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.switch_organization(\(user), \(session), \(organization), \(times.expiresAt),
                                                   \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> [UInt8]? in try row.nextIfPresent() } ?? nil
        }
        let subject = TokenSubject(userID: user, sessionID: session, organizationID: organization)
        return code.map { TokenGrant(subject, times, contextCode: $0) }
    }

    /// Whether somebody holds a permission.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`, where `actor` asks about another person.
    package func verdict(
        on user: UserID,
        in organization: OrganizationID,
        _ permission: PermissionName,
        askedBy actor: UserID
    ) async throws -> PermissionVerdict {
        let verdict = try await reaching(refusals(lacking: .manageUsers)) { () throws(PostgresError) in
            try await database.read(
                """
                SELECT * FROM portero.way_to_permission(\(actor), \(user), \(organization), \(permission.text))
                """
            ).first { (row: inout Row) throws(PostgresError) in try PermissionVerdict(&row) }
        }
        return verdict ?? .noMembership
    }

    /// What a token comes to now; nil when its session has ended.
    package func facts(
        of session: SessionID,
        user: UserID,
        organization: OrganizationID?
    ) async throws -> TokenFacts? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.introspect(\(session), \(user), \(organization))")
                .first { (row: inout Row) throws(PostgresError) in try TokenFacts(&row) }
        }
    }
}

extension TokenFacts {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        email = try row.next()
        username = try row.nextIfPresent()
        organizationID = try row.nextIfPresent()
        role = try row.nextIfPresent()
        permissions = try row.next()
        isStale = try row.next()
    }
}

extension PermissionVerdict {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        let way = PermissionWay(person: try row.next(), organization: try row.next(), role: try row.next())
        let accountIsActive: Bool = try row.next()
        let membershipIsActive: Bool = try row.next()
        let permissionExists: Bool = try row.next()
        let roleHolds: Bool = try row.next()
        self =
            if !accountIsActive {
                .accountClosed(way)
            } else if !membershipIsActive {
                .membershipInactive(way)
            } else if !permissionExists {
                .noSuchPermission
            } else {
                roleHolds ? .holds(way) : .roleLacks(way)
            }
    }
}
