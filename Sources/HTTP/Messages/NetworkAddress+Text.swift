extension NetworkAddress: CustomStringConvertible {
    /// The address written in `text`: dotted decimal, or the forms of RFC 4291.
    ///
    /// Strict: no leading zeros in decimal numbers (some read them as octal), no shortened IPv4, no zone, port, brackets
    /// or space.
    package init?(_ text: String) {
        var copy = text
        let parsed = copy.withUTF8 { NetworkAddress(text: $0.span) }
        guard let parsed else { return nil }
        self = parsed
    }

    package init?(text: Span<UInt8>) {
        guard text.count <= 45 else { return nil }
        if let ipv4 = Self.parseIPv4(text) {
            self.init(ipv4: ipv4)
            return
        }
        guard let words = Self.parseIPv6(text) else { return nil }
        self.init(high: words.high, low: words.low)
    }

    private static func parseIPv4(_ text: Span<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var position = 0
        for part in 0..<4 {
            if part > 0 {
                guard position < text.count, text[position] == UInt8(ascii: ".") else { return nil }
                position += 1
            }
            let start = position
            var value: UInt32 = 0
            while position < text.count, text[position].isASCIIDigit, position - start < 3 {
                value = value * 10 + UInt32(text[position] - UInt8(ascii: "0"))
                position += 1
            }
            let digits = position - start
            guard digits > 0, value <= 255, digits == 1 || text[start] != UInt8(ascii: "0") else { return nil }
            address = address << 8 | value
        }
        return position == text.count ? address : nil
    }

    private static func parseIPv6(_ text: Span<UInt8>) -> (high: UInt64, low: UInt64)? {
        var groups = Groups()
        var gap: Int?
        var position = 0
        if text.count >= 2, text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            position = 2
        }
        while position < text.count {
            let start = position
            var value: UInt16 = 0
            while position < text.count, position - start < 4, let digit = text[position].hexadecimalValue {
                value = value << 4 | UInt16(digit)
                position += 1
            }
            if position < text.count, text[position] == UInt8(ascii: ".") {
                guard let ipv4 = parseIPv4(text.extracting(start..<text.count)),
                    groups.append(UInt16(ipv4 >> 16)), groups.append(UInt16(truncatingIfNeeded: ipv4))
                else { return nil }
                break
            }
            guard position > start, groups.append(value) else { return nil }
            guard position < text.count else { break }
            guard text[position] == UInt8(ascii: ":"), position + 1 < text.count else { return nil }
            position += 1
            if text[position] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                position += 1
            }
        }
        return groups.words(withGapAt: gap)
    }

    /// The dotted form for IPv4, RFC 5952's canonical form for IPv6: equal addresses have one text.
    package var description: String {
        if let ipv4 {
            return "\(ipv4 >> 24).\(ipv4 >> 16 & 255).\(ipv4 >> 8 & 255).\(ipv4 & 255)"
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 % 4))) }
        let zeros = Self.longestRunOfZeros(in: groups)
        var text = ""
        for index in 0..<8 where !zeros.contains(index) {
            if index == zeros.upperBound, !zeros.isEmpty { text += "::" } else if index > 0 { text += ":" }
            text += String(groups[index], radix: 16)
        }
        return zeros.upperBound == 8 && !zeros.isEmpty ? text + "::" : text
    }

    /// The first longest run of two or more zero groups; empty without one.
    private static func longestRunOfZeros(in groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(longest.count, 1) { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}

/// Up to eight 16-bit groups, as they are read from the text of an IPv6 address.
private struct Groups {
    private(set) var count = 0
    private var words: (high: UInt64, low: UInt64) = (0, 0)

    /// False when there are eight already.
    mutating func append(_ group: UInt16) -> Bool {
        guard count < 8 else { return false }
        words = (words.high << 16 | words.low >> 48, words.low << 16 | UInt64(group))
        count += 1
        return true
    }

    /// The address with zeros in the place of `::`, which stands for at least one group.
    func words(withGapAt gap: Int?) -> (high: UInt64, low: UInt64)? {
        guard let gap else { return count == 8 ? words : nil }
        guard count < 8 else { return nil }
        let all = UInt128(words.high) << 64 | UInt128(words.low)
        let tailBits = 16 * (count - gap)
        let tail = all & ((UInt128(1) << UInt128(tailBits)) - 1)
        let head = gap == 0 ? 0 : (all >> UInt128(tailBits)) << UInt128(16 * (8 - gap))
        let address = head | tail
        return (UInt64(truncatingIfNeeded: address >> 64), UInt64(truncatingIfNeeded: address))
    }
}
