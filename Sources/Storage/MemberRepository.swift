package import Domain
package import Postgres

/// Who works in an organization, and as what.
package struct MemberRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func page(
        of organization: OrganizationID,
        _ query: ListQuery<MemberSort>
    ) async throws -> ListPage<Member> {
        try await reaching { () throws(PostgresError) in
            try await database.page(
                """
                SELECT total, user_id, email, full_name, username, is_active, role_id, role_name, joined_at, last_login_at
                  FROM portero.members(\(organization), \(query.arguments))
                """
            ) { (row: inout Row) throws(PostgresError) in try Member(onPage: &row) }
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.memberNotFound`, `.unknownRole`, `.grantsMoreThanHeld`,
    ///   `.lastAdmin`.
    package func change(
        _ member: UserID,
        role: RoleID?,
        isActive: Bool?,
        by actor: Actor
    ) async throws -> Member {
        let refusals = refusals(
            lacking: .manageUsers,
            ["member_not_found": .memberNotFound, "memberships_role_fkey": .unknownRole]
        )
        let changed = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.update_member(
                    \(actor.identity), \(member), \(role), \(isActive), \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try Member(onPage: &row) } ?? nil
        }
        guard let changed else { throw AuthError.memberNotFound }
        return changed
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.memberNotFound`, `.grantsMoreThanHeld`, `.lastAdmin`.
    package func remove(_ member: UserID, by actor: Actor) async throws {
        let refusals = refusals(lacking: .manageUsers, ["member_not_found": .memberNotFound])
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.remove_member(\(actor.identity), \(member), \(SQL.origin(actor.origin)))"
            )
        }
    }
}

extension Member {
    /// Nil for the row of an empty page, which tells the total alone.
    fileprivate init?(onPage row: inout Row) throws(PostgresError) {
        guard let user: UserID = try row.nextIfPresent() else { return nil }
        self.init(
            userID: user,
            email: try row.next(),
            fullName: try row.next(),
            username: try row.nextIfPresent(),
            isActive: try row.next(),
            roleID: try row.next(),
            roleName: try row.next(),
            joinedAt: try row.next(),
            lastLoginAt: try row.nextIfPresent()
        )
    }
}
