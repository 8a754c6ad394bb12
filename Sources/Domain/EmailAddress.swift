/// An e-mail address that could be delivered to, as far as its looks go.
///
/// ASCII only: beyond it, two spellings can reach one person, or one spelling two. An internationalised domain is written
/// in its `xn--` form.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// As it was given, without the white space around it; mail goes here.
    package let text: String
    /// What is compared and looked up.
    package let normalized: String

    package static let maximumLength = 254

    package init?(_ given: String) {
        let bytes = Self.trimmed(Array(given.utf8))
        guard bytes.count <= Self.maximumLength, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        guard Self.isLocalPart(bytes[..<at]), Self.isDomain(bytes[(at + 1)...]) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
        normalized = String(decoding: bytes.map(Self.lowercased), as: UTF8.self)
    }

    /// What stands before the `@`: people like to use it as their password.
    package var localPart: String {
        String(normalized.prefix { $0 != "@" })
    }

    package var description: String { text }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isSpace($0) } ?? start - 1
        return bytes[start..<max(start, end + 1)]
    }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...64).contains(bytes.count)
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || "!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
            }
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                    && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
