/// Reads strings that the parser has found valid.
enum JSONText {
    /// The bytes that a string's content stands for: what lies between the quotes, validated by the parser.
    static func unescaped(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var position = content.startIndex
        while position < content.endIndex {
            let byte = content[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < content.endIndex else {
                result.append(byte)
                continue
            }
            let escape = content[position]
            position += 1
            if escape == UInt8(ascii: "u") {
                appendScalar(from: content, at: &position, to: &result)
            } else {
                result.append(meaning(of: escape))
            }
        }
        return result
    }

    /// The character that a one-letter escape stands for.
    static func meaning(of escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }

    /// The number that four hexadecimal digits write; nil when there are not four.
    static func hexadecimal(_ text: ArraySlice<UInt8>, at position: Int) -> UInt32? {
        guard position + 4 <= text.endIndex else { return nil }
        var value: UInt32 = 0
        for index in position..<position + 4 {
            guard let digit = text[index].hexadecimalValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func appendScalar(
        from content: ArraySlice<UInt8>,
        at position: inout Int,
        to result: inout [UInt8]
    ) {
        guard var value = hexadecimal(content, at: position) else { return }
        position += 4
        if value & 0xfc00 == 0xd800, let low = hexadecimal(content, at: position + 2) {
            position += 6
            value = 0x1_0000 + (value & 0x3ff) << 10 + low & 0x3ff
        }
        if let scalar = Unicode.Scalar(value) { result.append(contentsOf: scalar.utf8) }
    }
}
