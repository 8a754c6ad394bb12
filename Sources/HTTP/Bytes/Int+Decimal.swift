extension Int {
    /// The number written as `-?[0-9]+` in ASCII and nothing else; nil when it is not, or is beyond 64 bits.
    ///
    /// `Int("+5")` is 5, which no format that this server reads allows.
    package init?(decimal text: Span<UInt8>) {
        guard let first = text.isEmpty ? nil : text[0] else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        let digits = isNegative ? 1..<text.count : 0..<text.count
        guard !digits.isEmpty else { return nil }
        var value = 0
        for index in digits {
            guard text[index].isASCIIDigit else { return nil }
            let digit = Int(text[index] - UInt8(ascii: "0"))
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) =
                isNegative
                ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflows, !carries else { return nil }
            value = sum
        }
        self = value
    }
}

extension Int {
    /// Appends the number's digits in ASCII.
    package func appendDecimal(to bytes: inout [UInt8]) {
        if self < 0 { bytes.append(UInt8(ascii: "-")) }
        var unit: UInt = 1
        while magnitude / unit >= 10 { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / unit % 10))
            unit /= 10
        }
    }
}
