import Domain
import Mail
import Storage

extension WaitingMail {
    /// The words of this mail; nil when its code was sealed under a secret that is no longer known, or its kind is a newer
    /// server's.
    func template(_ keys: ServiceKeys) -> (any MailTemplate)? {
        switch kind {
        case .resetPassword:
            code(keys).map { PasswordResetCodeMail(code: $0, minutesValid: CodePurpose.resetPassword.minutesValid) }
        case .verifyEmail:
            code(keys).map { VerifyEmailMail(code: $0, minutesValid: CodePurpose.verifyEmail.minutesValid) }
        case .passwordChanged: PasswordChangedMail(at: createdAt)
        case .sessionTheft: SessionTheftMail()
        case nil: nil
        }
    }

    private func code(_ keys: ServiceKeys) -> String? {
        sealed.flatMap { keys.open($0, of: id) }
    }

    var mailLanguage: MailLanguage {
        switch language {
        case .spanish: .es
        case .english: .en
        }
    }
}
