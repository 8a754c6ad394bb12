@_spi(_Unicode) import Swift

/// What a person, a role or an organization is called: 1 to 200 characters, none of them a control character, in their
/// canonical composition (NFC), so that what looks the same is the same.
package struct FullName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 200

    package let text: String

    package var description: String { text }

    package init?(_ given: String) {
        var scalars = String.UnicodeScalarView()
        for scalar in given._nfc { scalars.append(scalar) }
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        let trimmed = scalars[start...end]
        guard trimmed.count <= Self.maximumLength else { return nil }
        guard !trimmed.contains(where: Self.isForbidden) else { return nil }
        text = String(trimmed)
    }

    /// Control characters, and those that turn the direction of what stands beside them.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        case .format: !(scalar == "\u{200c}" || scalar == "\u{200d}")  // joiners belong to words and emoji
        default: false
        }
    }
}
