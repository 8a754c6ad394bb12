import Domain
import Mail
import Storage

extension WaitingMail {
    /// The words of this mail; nil when what it tells was sealed under a secret that is no longer known, or its kind is a newer
    /// server's.
    func template(_ keys: ServiceKeys, publicURL: String) -> (any MailTemplate)? {
        switch kind {
        case .resetPassword:
            told(keys).map { PasswordResetCodeMail(code: $0, minutesValid: CodePurpose.resetPassword.minutesValid) }
        case .verifyEmail:
            told(keys).map { VerifyEmailMail(code: $0, minutesValid: CodePurpose.verifyEmail.minutesValid) }
        case .passwordChanged: PasswordChangedMail(at: createdAt)
        case .addressChanged: AddressChangedMail(at: createdAt)
        case .sessionTheft: SessionTheftMail()
        case .invitation:
            told(keys).flatMap(InvitationLetter.init).map { InvitationMail($0, of: self, publicURL: publicURL) }
        case nil: nil
        }
    }

    private func told(_ keys: ServiceKeys) -> String? {
        sealed.flatMap { keys.open($0, of: id) }
    }

    var mailLanguage: MailLanguage {
        switch language {
        case .spanish: .es
        case .english: .en
        }
    }
}
