/// What somebody logs in with: an e-mail address, or a username, which never has an `@`.
package enum LoginName: Hashable, Sendable {
    case email(EmailAddress)
    case username(Username)

    package init?(_ given: String) {
        if let email = EmailAddress(given) {
            self = .email(email)
        } else if let username = Username(given) {
            self = .username(username)
        } else {
            return nil
        }
    }

    /// What is compared and looked up.
    package var normalized: String {
        switch self {
        case .email(let email): email.normalized
        case .username(let username): username.normalized
        }
    }
}
