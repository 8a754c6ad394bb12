extension Timestamp {
    /// The moment that an RFC 3339 text names: `2025-12-04T12:00:00Z`, with a fraction and with an offset where wanted.
    ///
    /// Strict: `T` and `Z` in capitals, no leap second, up to nine digits of fraction, of which six count.
    package init?(text: Span<UInt8>) {
        guard text.count >= 20, let day = CivilDate(text: text.extracting(0..<10)), text[10] == UInt8(ascii: "T"),
            let hour = Digits.value(of: text, at: 11..<13), hour < 24, text[13] == UInt8(ascii: ":"),
            let minute = Digits.value(of: text, at: 14..<16), minute < 60, text[16] == UInt8(ascii: ":"),
            let second = Digits.value(of: text, at: 17..<19), second < 60
        else { return nil }
        var position = 19
        guard let microseconds = Self.fraction(in: text, at: &position),
            let offset = Self.offset(in: text.extracting(position..<text.count))
        else { return nil }
        let seconds = day.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(secondsSinceEpoch: seconds, microseconds: microseconds)
    }

    /// Microseconds; 0 where there is no point, nil where nothing sensible follows one.
    private static func fraction(in text: Span<UInt8>, at position: inout Int) -> Int? {
        guard text[position] == UInt8(ascii: ".") else { return 0 }
        position += 1
        let start = position
        var microseconds = 0
        while position < text.count, text[position].isASCIIDigit {
            if position - start < 6 { microseconds = microseconds * 10 + Int(text[position] - UInt8(ascii: "0")) }
            position += 1
        }
        let digits = position - start
        guard (1...9).contains(digits) else { return nil }
        for _ in min(digits, 6)..<6 { microseconds *= 10 }
        return microseconds
    }

    /// Seconds east of Greenwich, nil for what is no offset.
    private static func offset(in text: Span<UInt8>) -> Int? {
        if text.count == 1, text[0] == UInt8(ascii: "Z") { return 0 }
        guard text.count == 6, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
            let hours = Digits.value(of: text, at: 1..<3), hours < 24, text[3] == UInt8(ascii: ":"),
            let minutes = Digits.value(of: text, at: 4..<6), minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return text[0] == UInt8(ascii: "-") ? -seconds : seconds
    }
}
