/// The languages that mails are written in; the raw value is the language's code.
package enum MailLanguage: String, Sendable, CaseIterable {
    case es
    case en
}

/// One kind of mail.
///
/// The stored properties are what its text leaves open, so that none can be forgotten. Nobody is greeted by name: a
/// name is chosen by whoever registers, and a mail in our name must carry nobody else's words.
package protocol MailTemplate: Sendable {
    func subject(in language: MailLanguage) -> String
    func body(in language: MailLanguage) -> String
}
