package import Domain
import FoundationEssentials
import Postgres

extension InvitationRepository {
    /// An organization's invitations, newest first.
    package func list(
        of organization: OrganizationID,
        _ status: InvitationStatus?,
        limit: Int,
        offset: Int
    ) async throws -> ListPage<Invitation> {
        try await read(
            """
            SELECT * FROM portero.invitations_of(\(organization), NULL, \(status?.rawValue), \(Int32(clamping: limit)),
                                                 \(offset))
            """
        )
    }

    package func find(_ id: InvitationID, in organization: OrganizationID) async throws -> Invitation? {
        try await read("SELECT * FROM portero.invitations_of(\(organization), \(id), NULL, 1, 0)").items.first
    }

    /// What a person has been invited to and may still accept.
    package func own(of user: UserID) async throws -> [OwnInvitation] {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.invitations_to(\(user))")
                .map { (row: inout Row) throws(PostgresError) in try OwnInvitation(&row) }
        }
    }

    private func read(_ question: SQL) async throws -> ListPage<Invitation> {
        try await reaching { () throws(PostgresError) in
            try await database.page(question) { (row: inout Row) throws(PostgresError) in try Invitation(&row) }
        }
    }
}

extension Invitation {
    /// Nil where a page is empty.
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        let id: InvitationID? = try row.nextIfPresent()
        let email: String? = try row.nextIfPresent()
        let roleID: RoleID? = try row.nextIfPresent()
        let roleName: String? = try row.nextIfPresent()
        let status: String? = try row.nextIfPresent()
        let createdAt: Date? = try row.nextIfPresent()
        let expiresAt: Date? = try row.nextIfPresent()
        let inviter = try PersonReference(&row)
        guard let id, let email, let roleName, let status = status.flatMap(InvitationStatus.init(rawValue:)),
            let createdAt, let expiresAt
        else { return nil }
        self.init(
            id: id,
            email: email,
            role: RoleReference(id: roleID, name: roleName),
            status: status,
            createdAt: createdAt,
            expiresAt: expiresAt,
            inviter: inviter
        )
    }
}

extension OwnInvitation {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        let id: InvitationID = try row.next()
        let organization = OrganizationReference(id: try row.next(), name: try row.next(), slug: try row.next())
        let role = RoleReference(id: try row.nextIfPresent(), name: try row.next())
        let inviter = try PersonReference(&row)
        self.init(
            id: id,
            organization: organization,
            role: role,
            inviter: inviter,
            createdAt: try row.next(),
            expiresAt: try row.next()
        )
    }
}

extension PersonReference {
    /// Nil where the outer join found nobody.
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        let id: UserID? = try row.nextIfPresent()
        let name: String? = try row.nextIfPresent()
        guard let id, let name else { return nil }
        self.init(id: id, fullName: name)
    }
}
