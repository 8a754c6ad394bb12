/// The server that mail is sent through.
struct MailServer: Equatable, Sendable, CustomStringConvertible {
    let host: String
    let port: UInt16
    /// TLS from the first byte (`smtps`).
    let usesTLS: Bool
    /// No mail without STARTTLS.
    let requiresSTARTTLS: Bool
    let user: String?
    let password: Confidential<String>?
    /// As it was given.
    let url: Confidential<String>

    var description: String {
        let credentials = user.map { $0 + (password == nil ? "" : ":‹secret›") + "@" } ?? ""
        let query = requiresSTARTTLS ? "?starttls=required" : ""
        return "\(usesTLS ? "smtps" : "smtp")://\(credentials)\(host):\(port)\(query)"
    }

    init?(_ text: String) {
        guard let parts = URLParts(text), ["smtp", "smtps"].contains(parts.scheme), ["", "/"].contains(parts.path),
            let (host, port) = splitPort(parts.authority), isHost(host), port != 0
        else { return nil }
        usesTLS = parts.scheme == "smtps"
        switch parts.query {
        case nil: requiresSTARTTLS = false
        case "starttls=required" where !usesTLS: requiresSTARTTLS = true
        default: return nil
        }
        user = parts.user.flatMap { percentDecoded($0) }
        password = parts.password.flatMap { percentDecoded($0) }.map(Confidential.init)
        guard user != "", (user ?? "" + (password?.value ?? "")).unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
            return nil
        }
        url = Confidential(text)
        self.host = host.lowercased()
        self.port = port ?? (usesTLS ? 465 : 25)
    }

    static func == (left: MailServer, right: MailServer) -> Bool {
        left.description == right.description && left.password?.value == right.password?.value
    }
}

/// Whom mail comes from.
struct Mailbox: Equatable, Sendable, CustomStringConvertible {
    /// May be empty.
    let name: String
    let address: String

    var description: String { name.isEmpty ? address : "\(name) <\(address)>" }

    init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// Reads `Name <address>` or an address alone.
    init?(_ text: String) {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }), text.utf8.count <= 320 else {
            return nil
        }
        guard let open = text.lastIndex(of: "<") else {
            self.init(name: "", address: text)
            guard Self.isAddress(text) else { return nil }
            return
        }
        let address = text[open...].dropFirst().dropLast()
        let name = text[..<open].trimmed()
        guard text.hasSuffix(">"), Self.isAddress(address), !name.contains(where: { "<>\"\\".contains($0) }) else {
            return nil
        }
        self.init(name: name, address: String(address))
    }

    private static func isAddress(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"<>()[],;:\\\"".utf8.contains($0) }
        return parts.count == 2 && !parts[0].isEmpty && isPlain && text.utf8.count <= 254 && isHost(String(parts[1]))
    }
}

extension SettingKind where Value == MailServer? {
    static let mailServer = SettingKind(
        takes: "smtp://host, smtps://host or smtp://host?starttls=required, with user:password@ before the host",
        isSecret: true
    ) { text throws(Refusal) in
        guard let server = MailServer(text) else { throw Refusal() }
        return server
    } show: {
        $0?.description ?? "unset"
    }
}

extension SettingKind where Value == Mailbox {
    static let mailbox = SettingKind(takes: "an e-mail address, or Name <address>") { text throws(Refusal) in
        guard let mailbox = Mailbox(text) else { throw Refusal() }
        return mailbox
    } show: {
        $0.description
    }
}
