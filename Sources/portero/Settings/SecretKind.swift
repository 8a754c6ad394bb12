import Cryptography
import FoundationEssentials

extension SettingKind where Value == [Secret] {
    /// Secrets worth deriving keys from: none short, none out of a manual.
    static let secrets = SettingKind(
        takes: "random text of at least 32 bytes (openssl rand -base64 32); several separated by commas",
        isSecret: true
    ) { text throws(Refusal) in
        let secrets = try listed(text)
        for secret in secrets {
            let count = secret.utf8.count
            if count < 32 { throw Refusal(instead: "a secret of \(count) byte\(count == 1 ? "" : "s")") }
            if isGuessable(secret) { throw Refusal(instead: "a secret that looks like an example") }
        }
        guard !secrets.isEmpty else { throw Refusal(instead: "an empty text") }
        return secrets.map { Secret($0) }
    } show: { secrets in
        secrets.isEmpty ? "unset" : "‹secret›" + (secrets.count > 1 ? " and \(secrets.count - 1) older" : "")
    }
}

/// 48 random bytes as text, which every check of secrets lets pass.
func freshSecret() -> String {
    while true {
        let secret = Data(SecureRandom.bytes(48)).base64EncodedString()
        if !isGuessable(secret) { return secret }
    }
}

/// What people paste out of documentation, with everything but letters and digits left out.
private let exampleWords = [
    "changeme", "changethis", "changeit", "replaceme", "replacethis", "example", "yoursecret", "yoursuper",
    "supersecret", "topsecret", "mysecret", "verysecret", "secretkey", "placeholder", "insecure", "password", "letmein",
    "portero", "default", "keyboard", "loremipsum", "12345678", "abcdefgh", "qwerty", "xxxxxx",
]

/// Whether a text is an example, or repeats a few characters.
private func isGuessable(_ secret: String) -> Bool {
    let plain = secret.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return Set(secret.utf8).count < 12 || exampleWords.contains(where: plain.contains)
}
