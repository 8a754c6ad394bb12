/// `scheme://user:password@authority/path?query`, taken apart and checked for characters that no URL holds.
///
/// The parts are as written; `percentDecoded` reads the user and the password.
struct URLParts {
    let scheme: String
    let user: String?
    let password: String?
    /// One host with a port, or, for PostgreSQL, several.
    let authority: String
    /// Empty, or beginning with a slash.
    let path: String
    let query: String?

    init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"<>\\^`{|}#".utf8.contains($0) }
        guard isPlain, percentDecoded(text) != nil, let colon = text.firstIndex(of: ":"), colon != text.startIndex,
            text[colon...].hasPrefix("://")
        else { return nil }
        scheme = text[..<colon].lowercased()
        let rest = text[colon...].dropFirst(3)
        let queryStart = rest.firstIndex(of: "?") ?? rest.endIndex
        query = queryStart < rest.endIndex ? String(rest[queryStart...].dropFirst()) : nil
        let place = rest[..<queryStart]
        let pathStart = place.firstIndex(of: "/") ?? place.endIndex
        path = String(place[pathStart...])
        let credentialsEnd = place[..<pathStart].lastIndex(of: "@")
        if let credentialsEnd {
            let credentials = place[..<credentialsEnd]
            let userEnd = credentials.firstIndex(of: ":") ?? credentials.endIndex
            user = String(credentials[..<userEnd])
            password = userEnd < credentials.endIndex ? String(credentials[userEnd...].dropFirst()) : nil
            authority = String(place[..<pathStart][credentialsEnd...].dropFirst())
        } else {
            user = nil
            password = nil
            authority = String(place[..<pathStart])
        }
    }

    /// The query's names and values, decoded.
    var parameters: [(name: String, value: String)] {
        (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (percentDecoded(parts[0]) ?? "", parts.count == 2 ? percentDecoded(parts[1]) ?? "" : "")
        }
    }
}

/// The text with `%41` read as `A`; nil where a `%` begins no byte, the byte is NUL, or the bytes are no UTF-8.
func percentDecoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ $0.isDigit || $0.isLetter }),
            let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), decoded != 0
        else { return nil }
        bytes.append(decoded)
        rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
}
