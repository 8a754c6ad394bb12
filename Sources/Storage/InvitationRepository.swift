package import Domain
package import Postgres

/// Invitations: made, mailed again, revoked and listed by staff.
package struct InvitationRepository: Sendable {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// What an organization is called; nil without one.
    package func organizationName(_ organization: OrganizationID) async throws -> String? {
        try await reaching { () throws(PostgresError) in
            try await database.read(
                "SELECT o.name FROM portero.organizations o WHERE o.id = \(organization)",
                with: ["portero.organization_id": organization.description]
            ).first { (row: inout Row) throws(PostgresError) -> String in try row.next() }
        }
    }

    /// Makes an invitation and queues its mail.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.grantsMoreThanHeld`, `.unknownRole`,
    ///   `.alreadyMember`, `.invitationPending`, `.tooManyInvitations`; `.tooManyRequests` where the address was sent too
    ///   many.
    package func invite(
        _ email: EmailAddress,
        as id: InvitationID,
        to role: RoleID,
        _ new: NewInvitation,
        by actor: Actor
    ) async throws {
        let refusals = refusals(
            lacking: .manageUsers,
            [
                "invitations_role_fkey": .unknownRole, "already_member": .alreadyMember,
                "invitations_pending_key": .invitationPending, "too_many_invitations": .tooManyInvitations,
            ]
        )
        try await mailing(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT retry_after FROM portero.invite(\(actor.identity), \(id), \(email.text), \(role),
                    \(new.digest), \(SQL.seconds(new.lifetime)), \(new.mail), \(new.sealed), \(SQL.origin(actor.origin)))
                """
            )
        }
    }

    /// Mails an invitation again, with another token.
    ///
    /// - Throws: As `invite`; `AuthError.invitationNotFound`, `.invitationEnded`.
    package func resend(
        _ id: InvitationID,
        _ new: NewInvitation,
        by actor: Actor
    ) async throws {
        let refusals = refusals(
            lacking: .manageUsers,
            [
                "invitation_not_found": .invitationNotFound, "invitation_ended": .invitationEnded,
                "already_member": .alreadyMember,
            ]
        )
        try await mailing(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT retry_after FROM portero.resend_invitation(\(actor.identity), \(id),
                    \(new.digest), \(SQL.seconds(new.lifetime)), \(new.mail), \(new.sealed), \(SQL.origin(actor.origin)))
                """
            )
        }
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.invitationNotFound`, `.invitationEnded`.
    package func revoke(
        _ id: InvitationID,
        by actor: Actor
    ) async throws {
        let refusals = refusals(
            lacking: .manageUsers,
            ["invitation_not_found": .invitationNotFound, "invitation_ended": .invitationEnded]
        )
        try await reaching(refusals) { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.revoke_invitation(\(actor.identity), \(id), \(SQL.origin(actor.origin)))
                """
            )
        }
    }

    /// Runs a gate that mails an invitation unless too many were.
    private func mailing(
        _ refusals: [String: AuthError],
        _ body: () async throws(PostgresError) -> Rows
    ) async throws {
        let wait = try await reaching(refusals) { () throws(PostgresError) in
            try await body().first { (row: inout Row) throws(PostgresError) -> Int? in try row.nextIfPresent() } ?? nil
        }
        if let wait { throw AuthError.tooManyRequests(seconds: wait) }
    }
}
