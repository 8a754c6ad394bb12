/// Decimal numbers of a fixed width, as dates are made of.
enum Digits {
    /// The number that the digits in `range` write; nil when one of them is none.
    static func value(of text: Span<UInt8>, at range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            guard index < text.count, text[index].isASCIIDigit else { return nil }
            value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
        }
        return value
    }

    /// Appends the last `width` digits of a number, with zeros in front.
    static func append(_ number: Int, width: Int, to bytes: inout [UInt8]) {
        var unit = 1
        for _ in 1..<width { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
            unit /= 10
        }
    }
}
