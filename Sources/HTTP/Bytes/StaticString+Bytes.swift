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

    func isEqual(to bytes: ArraySlice<UInt8>) -> Bool { isEqual(to: bytes.span) }

    func isEqualIgnoringCase(to bytes: ArraySlice<UInt8>) -> Bool { isEqualIgnoringCase(to: bytes.span) }
}
