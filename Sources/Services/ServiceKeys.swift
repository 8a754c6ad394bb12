package import Cryptography
import Domain
import Storage

/// The keys under which the services hide what they store, each derived for its one purpose.
package struct ServiceKeys: Sendable {
    private let identities: [HMACSHA256]
    private let codes: [HMACSHA256]
    private let mails: SealedBox

    package init(_ ring: KeyRing) {
        identities = ring.all("portero login identity").map { HMACSHA256(key: $0) }
        codes = ring.all("portero one-time code").map { HMACSHA256(key: $0) }
        mails = SealedBox(keys: ring.all("portero outbox"))
    }

    /// How an account is named where failures are counted.
    func identityDigest(of email: EmailAddress) -> [UInt8] {
        identityDigest(of: .email(email))
    }

    func identityDigest(of name: LoginName) -> [UInt8] {
        identities[0].code(for: Array(name.normalized.utf8))
    }

    /// How it is, or was named under an older secret.
    func identityDigests(of email: EmailAddress) -> [[UInt8]] {
        identities.map { $0.code(for: Array(email.normalized.utf8)) }
    }

    /// What is stored of a code to compare it with.
    ///
    /// It could be guessed from a plain hash, since a million tries are nothing; not without this key.
    func codeMAC(_ code: String, id: CodeID, purpose: CodePurpose) -> [UInt8] {
        codes[0].code(for: Self.codeMessage(code, id: id, purpose: purpose))
    }

    func isCode(_ code: String, of stored: TriedCode, purpose: CodePurpose) -> Bool {
        let message = Self.codeMessage(code, id: stored.id, purpose: purpose)
        return codes.contains { $0.isValid(stored.mac, for: message) }
    }

    /// A code as it waits to be mailed; only for the row that it was sealed for does it open.
    func seal(_ code: String, for id: CodeID) -> [UInt8] {
        seal(code, for: MailID(rawValue: id.rawValue))
    }

    /// Anything else that a mail tells, in the same way.
    func seal(_ text: String, for id: MailID) -> [UInt8] {
        mails.seal(Array(text.utf8), authenticating: Array(id.description.utf8))
    }

    func open(_ sealed: [UInt8], of id: MailID) -> String? {
        mails.open(sealed, authenticating: Array(id.description.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func codeMessage(_ code: String, id: CodeID, purpose: CodePurpose) -> [UInt8] {
        Array("\(purpose.rawValue) \(id) \(code)".utf8)
    }
}
