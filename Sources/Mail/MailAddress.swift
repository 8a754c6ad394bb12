/// A mailbox, and the name shown beside it if there is one.
///
/// Neither part can hold a control character, so neither can end a header line or an SMTP command. Quoted local parts
/// (`"a b"@example.org`) and address literals (`a@[192.0.2.1]`) are refused: nobody's mailbox needs them.
package struct MailAddress: Sendable, Hashable {
    package let name: String?
    package let localPart: String
    package let domain: String

    /// What goes between the angle brackets.
    package var address: String { "\(localPart)@\(domain)" }

    /// A bare address, such as `ada@example.org`.
    ///
    /// - Throws: `malformedAddress` or `malformedName`.
    package init(_ address: String, name: String? = nil) throws(MailAddressError) {
        guard address.utf8.count <= 254, let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            throw .malformedAddress
        }
        let localPart = String(address[..<at])
        let domain = String(address[address.utf8.index(after: at)...])
        guard Self.isLocalPart(localPart), Self.isDomain(domain) else { throw .malformedAddress }
        if let name, !Self.isName(name) { throw .malformedName }
        self.localPart = localPart
        self.domain = domain
        self.name = name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// An address as people write it into settings: bare, or `Portero <no-reply@localhost>` with or without quotes.
    ///
    /// - Throws: `malformedAddress` or `malformedName`.
    package init(parsing text: String) throws(MailAddressError) {
        let text = text.trimmed
        guard text.utf8.last == UInt8(ascii: ">") else {
            try self.init(text)
            return
        }
        guard let open = text.utf8.lastIndex(of: UInt8(ascii: "<")) else { throw .malformedAddress }
        let address = text[text.utf8.index(after: open)...].unicodeScalars.dropLast()
        let name = try Self.unquoted(String(text[..<open]).trimmed)
        try self.init(String(address), name: name)
    }

    private init(name: String?, localPart: String, domain: String) {
        self.name = name
        self.localPart = localPart
        self.domain = domain
    }

    /// Whom mails come from until somebody decides.
    package static let ofThisMachine = MailAddress(name: "Portero", localPart: "no-reply", domain: "localhost")

    private static func isLocalPart(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.unicodeScalars.allSatisfy { $0.isVisible && !"\"(),:;<>@[\\]".unicodeScalars.contains($0) }
    }

    private static func isDomain(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        }
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    ? scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "."
                    : scalar.isVisible
            }
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.count <= 200 && text.unicodeScalars.allSatisfy { $0.isVisible || $0 == " " }
    }

    /// A text that is quoted in part only is refused: it is two things at once.
    private static func unquoted(_ text: String) throws(MailAddressError) -> String {
        guard text.utf8.count >= 2, text.utf8.first == UInt8(ascii: "\""), text.utf8.last == UInt8(ascii: "\"") else {
            if text.utf8.contains(UInt8(ascii: "\"")) { throw .malformedName }
            return text
        }
        var plain = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars.dropFirst().dropLast() {
            if scalar == "\\", !isEscaped {
                isEscaped = true
            } else {
                plain.append(scalar)
                isEscaped = false
            }
        }
        return String(plain)
    }
}

extension MailAddress: CustomStringConvertible {
    /// As people write it into settings, and as `init(parsing:)` reads it.
    package var description: String {
        guard let name else { return address }
        guard name.unicodeScalars.contains(where: { "\"\\".unicodeScalars.contains($0) }) || name != name.trimmed else {
            return "\(name) <\(address)>"
        }
        return "\(Self.quoted(name)) <\(address)>"
    }

    /// In quotation marks, with those inside and backslashes escaped.
    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

/// Why a text is no address; the text itself is not repeated.
package enum MailAddressError: Error, CustomStringConvertible {
    case malformedAddress
    case malformedName

    package var description: String {
        switch self {
        case .malformedAddress: "must be an address such as no-reply@example.org or Portero <no-reply@example.org>"
        case .malformedName: "the name before the address must be at most 200 bytes without control characters"
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = unicodeScalars.firstIndex(where: { !isBlank($0) }),
            let last = unicodeScalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}

extension Unicode.Scalar {
    /// Whether it leaves a mark: no space, no control, no invisible or unassigned character.
    var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default:
            true
        }
    }
}
