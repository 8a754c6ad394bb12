/// What people may log in with beside their e-mail address: 3 to 64 of letters, digits and `._-`.
package struct Username: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    /// What is compared and looked up.
    package var normalized: String { text.lowercased() }

    package init?(_ given: String) {
        let bytes = given.utf8
        guard (3...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || "._-".utf8.contains($0) })
        else { return nil }
        text = given
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
