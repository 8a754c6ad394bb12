/// What stands for an organization in an address: 1 to 63 of small letters, digits and inner hyphens.
package struct Slug: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 63

    package let text: String

    package var description: String { text }

    package init?(_ given: String) {
        guard Self.isLabel(given.utf8) else { return nil }
        text = given
    }

    /// Whether it could be one label of a host name.
    static func isLabel<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...maximumLength).contains(bytes.count) && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == hyphen }
    }
}
