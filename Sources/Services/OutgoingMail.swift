import Cryptography
package import Domain
package import Mail
import Storage

extension Dependencies {
    /// A fresh code, as it is stored, with the sealed mail that tells it.
    func newCode(_ purpose: CodePurpose, in language: Language) -> NewCode {
        let code = OneTimeCode.make()
        let id = CodeID.make(at: now())
        let lifetime: Duration
        let mail: SealedMail
        // The mail of a code goes by the code's own id.
        let mailID = MailID(rawValue: id.rawValue)
        switch purpose {
        case .resetPassword:
            lifetime = ServiceSettings.resetCodeLifetime
            mail = sealed(
                PasswordResetCodeMail(code: code, minutesValid: lifetime.wholeMinutes),
                id: mailID,
                in: language
            )
        case .verifyEmail:
            lifetime = ServiceSettings.verificationCodeLifetime
            mail = sealed(VerifyEmailMail(code: code, minutesValid: lifetime.wholeMinutes), id: mailID, in: language)
        }
        return NewCode(
            id: id,
            mac: keys.codeMAC(code, id: id, purpose: purpose),
            lifetime: lifetime,
            sealedMail: mail.bytes
        )
    }

    /// A mail that tells something, ready to wait in the outbox.
    func sealed(_ template: some MailTemplate, in language: Language) -> SealedMail {
        sealed(template, id: MailID.make(at: now()), in: language)
    }

    private func sealed(_ template: some MailTemplate, id: MailID, in language: Language) -> SealedMail {
        let language = MailLanguage(language)
        let text = MailText(subject: template.subject(in: language), body: template.body(in: language))
        return SealedMail(id: id, bytes: keys.seal(text.bytes, for: id))
    }
}

extension MailLanguage {
    fileprivate init(_ language: Language) {
        switch language {
        case .spanish: self = .es
        case .english: self = .en
        }
    }
}

/// A mail's words as one piece: the subject, a line's end, the body.
struct MailText: Equatable {
    let subject: String
    let body: String

    var bytes: [UInt8] { Array("\(subject)\n\(body)".utf8) }

    init(subject: String, body: String) {
        self.subject = subject
        self.body = body
    }

    /// Nil when it is not what `bytes` made.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        subject = String(decoding: bytes[..<end], as: UTF8.self)
        body = String(decoding: bytes[(end + 1)...], as: UTF8.self)
    }
}
