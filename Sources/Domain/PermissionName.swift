/// What an organization may call a permission of its own: a small letter, then 1 to 62 of small letters, digits and `_`.
package struct PermissionName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 63

    package let text: String

    package var description: String { text }

    package init?(_ given: String) {
        let bytes = given.utf8
        guard (2...Self.maximumLength).contains(bytes.count), let first = bytes.first, (0x61...0x7a).contains(first),
            bytes.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        text = given
    }
}
