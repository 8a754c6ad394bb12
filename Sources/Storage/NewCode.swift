package import Domain

/// A code about to be mailed: what is stored of it, and the sealed mail that tells it.
package struct NewCode: Sendable {
    package let id: CodeID
    package let mac: [UInt8]
    package let lifetime: Duration
    package let sealedMail: [UInt8]

    package init(id: CodeID, mac: [UInt8], lifetime: Duration, sealedMail: [UInt8]) {
        self.id = id
        self.mac = mac
        self.lifetime = lifetime
        self.sealedMail = sealedMail
    }
}

/// A mail that tells something, sealed, in the transaction that caused it.
package struct SealedMail: Sendable {
    package let id: MailID
    package let bytes: [UInt8]

    package init(id: MailID, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}

/// What a code is for; the database knows the same names.
package enum CodePurpose: String, Sendable {
    case resetPassword = "reset_password"
    case verifyEmail = "verify_email"
}
