package import FoundationEssentials

extension UUID {
    /// The UUID written as 32 hexadecimal digits in groups of 8-4-4-4-12, in either case; nil for any other text.
    package init?(text: Span<UInt8>) {
        guard text.count == 36 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for index in text.indices {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard text[index] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = text[index].hexadecimalValue else { return nil }
            words = (words.high << 4 | words.low >> 60, words.low << 4 | UInt64(digit))
        }
        self.init(high: words.high, low: words.low)
    }

    private init(high: UInt64, low: UInt64) {
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        self.init(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            )
        )
    }

    /// Appends the 36 characters, in lower case.
    package func appendLowercase(to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: 36) { text in
            withUnsafeBytes(of: uuid) { own in
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
                    text.append((own[index] >> 4).hexadecimalDigit)
                    text.append((own[index] & 15).hexadecimalDigit)
                }
            }
        }
    }
}
