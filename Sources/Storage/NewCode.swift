package import Domain

/// A code about to be mailed: what is stored to compare it with, and the code itself, sealed for the mail.
package struct NewCode: Sendable {
    package let id: CodeID
    package let mac: [UInt8]
    package let lifetime: Duration
    package let sealed: [UInt8]

    package init(id: CodeID, mac: [UInt8], lifetime: Duration, sealed: [UInt8]) {
        self.id = id
        self.mac = mac
        self.lifetime = lifetime
        self.sealed = sealed
    }
}

/// What a code is for; the database knows the same names.
package enum CodePurpose: String, CaseIterable, Sendable {
    case resetPassword = "reset_password"
    case verifyEmail = "verify_email"
}
