import FoundationEssentials

/// Text made safe for a header: RFC 2047 encoded words where it is not plain ASCII.
///
/// "An encoded-word may not be more than 75 characters long … each line of a header field that contains one or more
/// encoded-words is limited to 76 characters" (section 2), and a character may not be split between two of them
/// (section 5).
enum HeaderText {
    /// 39 bytes are 52 characters of base64, 64 with the word's frame, and fit on a line behind `Subject: `.
    private static let bytesInWord = 39

    /// A subject: as it is where it fits on its line, of which `column` is taken, otherwise encoded.
    static func unstructured(_ text: String, after column: Int) -> String {
        let text = withoutControls(text)
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
        let isBlank = text.utf8.allSatisfy { $0 == 0x20 }
        return isPlain && !isBlank && column + text.utf8.count <= 78 ? text : encodedWords(text)
    }

    static func mailbox(_ address: MailAddress) -> String {
        guard let name = address.name else { return address.address }
        return "\(phrase(name)) <\(address.address)>"
    }

    private static func phrase(_ name: String) -> String {
        guard name.utf8.count <= 60, name.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), !name.contains("=?") else {
            return encodedWords(withoutControls(name)) + "\r\n"
        }
        return MailAddress.quoted(name)
    }

    /// A decoded word must not bring back what the encoding kept out.
    private static func withoutControls(_ text: String) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: safe.append(" ")
            default: safe.append(scalar)
            }
        }
        return String(safe)
    }

    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = UTF8.encode(scalar).map(Array.init) ?? []
            if words[words.count - 1].count + bytes.count > bytesInWord { words.append([]) }
            words[words.count - 1].append(contentsOf: bytes)
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
