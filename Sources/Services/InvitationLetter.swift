import Cryptography
import Domain
import FoundationEssentials
import Mail
import Storage

/// What the mail of an invitation tells, as it waits sealed in the outbox.
struct InvitationLetter {
    static let daysValid = 7
    static let lifetime = Duration.seconds(86_400 * daysValid)

    let token: String
    let organization: String
    let inviter: String

    /// PostgreSQL keeps no U+0000 in a text, so it is in none of the three.
    private static let separator: Character = "\0"

    init(token: String, organization: String, inviter: String) {
        self.token = token
        self.organization = organization
        self.inviter = inviter
    }

    init?(_ text: String) {
        let parts = text.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(token: parts[0], organization: parts[1], inviter: parts[2])
    }

    var text: String { [token, organization, inviter].joined(separator: String(Self.separator)) }
}

extension Dependencies {
    /// A fresh token with its letter, in the forms in which they are stored.
    func newInvitation(to organization: String, from inviter: String) -> NewInvitation {
        let token = RandomToken.make()
        let letter = InvitationLetter(token: token, organization: organization, inviter: inviter)
        let mail = MailID.make(at: now())
        return NewInvitation(
            digest: RandomToken.digest(of: token) ?? [],
            lifetime: InvitationLetter.lifetime,
            mail: mail,
            sealed: keys.seal(letter.text, for: mail)
        )
    }
}

extension InvitationMail {
    /// The token stands behind `#`: no server on the way to the page gets to see it.
    init(_ letter: InvitationLetter, of mail: WaitingMail, publicURL: String) {
        self.init(
            token: letter.token,
            link: "\(publicURL)/invitations/accept#token=\(letter.token)",
            organization: letter.organization,
            inviter: letter.inviter,
            validUntil: mail.createdAt.addingTimeInterval(Double(InvitationLetter.lifetime.components.seconds))
        )
    }
}
