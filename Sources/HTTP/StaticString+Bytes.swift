/// Comparisons of names written in the source with bytes that arrived, without a `String` in between.
extension StaticString {
    func isEqual(to bytes: Span<UInt8>) -> Bool {
        guard utf8CodeUnitCount == bytes.count else { return false }
        return withUTF8Buffer { own in
            for index in own.indices where own[index] != bytes[index] { return false }
            return true
        }
    }

    /// Compares as header names are compared: ASCII letters match in either case.
    func isEqualIgnoringCase(to bytes: Span<UInt8>) -> Bool {
        guard utf8CodeUnitCount == bytes.count else { return false }
        return withUTF8Buffer { own in
            for index in own.indices where own[index].lowercasedASCII != bytes[index].lowercasedASCII {
                return false
            }
            return true
        }
    }
}

extension UInt8 {
    var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    var isASCIIDigit: Bool { self &- 0x30 < 10 }

    /// The value of a hexadecimal digit in either case.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
