package import Domain
import Storage

/// What staff do with invitations.
package struct InvitationService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Invites an address to a role, by mail.
    ///
    /// - Throws: `AuthError.missing`, `.grantsMoreThanHeld`, `.unknownRole`, `.alreadyMember`, `.invitationPending`,
    ///   `.tooManyInvitations`, `.tooManyRequests` (to this address).
    package func invite(
        _ email: EmailAddress,
        to role: RoleID,
        by caller: Caller,
        origin: Origin
    ) async throws -> Invitation {
        try await dependencies.acting(as: caller, from: origin) { actor in
            let id = InvitationID.make(at: dependencies.now())
            let letter = try await letter(from: caller, in: actor.organizationID)
            try await dependencies.storage.invitations.invite(email, as: id, to: role, letter, by: actor)
            return try await found(id, in: actor.organizationID)
        }
    }

    /// Mails a pending invitation again; the token of the mail before is dead.
    ///
    /// - Throws: As `invite`, and `AuthError.invitationNotFound`, `.invitationEnded`.
    package func resend(_ id: InvitationID, by caller: Caller, origin: Origin) async throws -> Invitation {
        try await dependencies.acting(as: caller, from: origin) { actor in
            let letter = try await letter(from: caller, in: actor.organizationID)
            try await dependencies.storage.invitations.resend(id, letter, by: actor)
            return try await found(id, in: actor.organizationID)
        }
    }

    /// - Throws: `AuthError.missing`, `.invitationNotFound`, `.invitationEnded`.
    package func revoke(_ id: InvitationID, by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.invitations.revoke(id, by: actor)
        }
    }

    /// The invitations of the organization in which the caller speaks.
    ///
    /// - Throws: `AuthError.missing`.
    package func list(
        _ status: InvitationStatus?,
        limit: Int,
        offset: Int,
        for caller: Caller
    ) async throws -> ListPage<Invitation> {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        try caller.require(.manageUsers)
        return try await dependencies.storage.invitations.list(of: organization, status, limit: limit, offset: offset)
    }

    /// What the caller has been invited to themselves; nothing until their address is verified.
    ///
    /// - Throws: `AuthError.sessionOpenedByAnother`.
    package func own(of caller: Caller, origin: Origin) async throws -> [OwnInvitation] {
        try await dependencies.requireOwnSession(caller, from: origin)
        return try await dependencies.storage.invitations.own(of: caller.userID)
    }

    private func letter(from caller: Caller, in organization: OrganizationID) async throws -> NewInvitation {
        guard let name = try await dependencies.storage.invitations.organizationName(organization) else {
            throw AuthError.organizationNotFound
        }
        return dependencies.newInvitation(to: name, from: caller.fullName)
    }

    /// What was just written; gone only where the organization was deleted in this moment.
    private func found(_ id: InvitationID, in organization: OrganizationID) async throws -> Invitation {
        guard let invitation = try await dependencies.storage.invitations.find(id, in: organization) else {
            throw AuthError.invitationNotFound
        }
        return invitation
    }
}
