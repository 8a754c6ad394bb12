package import Domain

/// A token about to be mailed to somebody invited: what is stored to compare it with, and the letter, sealed for the mail.
package struct NewInvitation: Sendable {
    package let digest: [UInt8]
    package let lifetime: Duration
    package let mail: MailID
    package let sealed: [UInt8]

    package init(digest: [UInt8], lifetime: Duration, mail: MailID, sealed: [UInt8]) {
        self.digest = digest
        self.lifetime = lifetime
        self.mail = mail
        self.sealed = sealed
    }
}

/// Whom a token invites.
package struct Invitee: Sendable {
    package let email: String
    /// Nil where nobody has that address.
    package let userID: UserID?
    package let isActive: Bool
}

/// An account about to be made for somebody who accepts an invitation.
package struct Newcomer: Sendable {
    package let id: UserID
    package let fullName: FullName
    package let passwordHash: String

    package init(id: UserID, fullName: FullName, passwordHash: String) {
        self.id = id
        self.fullName = fullName
        self.passwordHash = passwordHash
    }
}

/// What became of an invitation that somebody wanted to accept.
package enum AcceptOutcome: Sendable {
    case accepted(Acceptance)
    case notFound
    case accountInactive
    /// There is no account, and nothing was given to make one.
    case noAccount
}

/// Who works where from now on.
package struct Acceptance: Sendable {
    package let isNewAccount: Bool
    package let organization: OrganizationReference
    package let role: RoleReference
    package let grant: TokenGrant
}
