/// A whole number in decimal, without sign, fraction, exponent or leading zero.
enum DecimalText {
    /// Writes `number`, clamped to what `maximumDigits` can say, and answers how many digits that took.
    ///
    /// The caller sees to it that there is room for them.
    static func write(
        _ number: Int,
        to output: UnsafeMutableBufferPointer<UInt8>,
        at start: Int,
        maximumDigits: Int
    ) -> Int {
        var largest = 0
        for _ in 0..<maximumDigits { largest = largest * 10 + 9 }
        let number = min(max(number, 0), largest)
        var count = 1
        var bound = 10
        while number >= bound {
            count += 1
            bound *= 10
        }
        var rest = number
        for offset in (0..<count).reversed() {
            output[start + offset] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return count
    }

    /// Nil where there is no number at `position`, or one with more digits; else `position` is moved behind it.
    static func read(_ text: UnsafeBufferPointer<UInt8>, at position: inout Int, maximumDigits: Int) -> Int? {
        let start = position
        var number = 0
        while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit < 10 {
            guard position - start < maximumDigits else { return nil }
            number = number * 10 + Int(digit)
            position += 1
        }
        let hasLeadingZero = position - start > 1 && text[start] == UInt8(ascii: "0")
        return position > start && !hasLeadingZero ? number : nil
    }
}
