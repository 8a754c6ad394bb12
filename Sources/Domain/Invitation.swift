package import FoundationEssentials

/// An address that was asked into an organization, as its staff see it.
package struct Invitation: Sendable {
    package let id: InvitationID
    package let email: String
    package let role: RoleReference
    package let status: InvitationStatus
    package let createdAt: Date
    package let expiresAt: Date
    /// Null when the account is gone.
    package let inviter: PersonReference?

    package init(
        id: InvitationID,
        email: String,
        role: RoleReference,
        status: InvitationStatus,
        createdAt: Date,
        expiresAt: Date,
        inviter: PersonReference?
    ) {
        self.id = id
        self.email = email
        self.role = role
        self.status = status
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.inviter = inviter
    }
}

/// What became of an invitation; the database knows the same names.
package enum InvitationStatus: String, CaseIterable, Sendable {
    case pending
    case accepted
    case refused
    case revoked
    case expired
}

/// An invitation as the invited person sees it.
package struct OwnInvitation: Sendable {
    package let id: InvitationID
    package let organization: OrganizationReference
    package let role: RoleReference
    package let inviter: PersonReference?
    package let createdAt: Date
    package let expiresAt: Date

    package init(
        id: InvitationID,
        organization: OrganizationReference,
        role: RoleReference,
        inviter: PersonReference?,
        createdAt: Date,
        expiresAt: Date
    ) {
        self.id = id
        self.organization = organization
        self.role = role
        self.inviter = inviter
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
