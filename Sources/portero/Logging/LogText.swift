/// How a value is written so that it can neither end its line nor reach a terminal's controls.
enum LogText {
    /// Bytes of a value that are written; what is cut ends in an ellipsis.
    static let longest = 512

    /// Whether the bytes can stand as they are, even without quotation marks.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let plain = Self.plain
        for byte in bytes where !plain.contains(byte) { return false }
        return !bytes.isEmpty
    }

    /// Appends the bytes with JSON's escapes, which readers of text logs know as well.
    ///
    /// Controls, C1 controls, line separators and marks of direction are written by their numbers; what is no UTF-8
    /// becomes U+FFFD.
    static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to buffer: inout [UInt8]) {
        let start = buffer.count
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        while true {
            let before = buffer.count
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar): append(scalar, to: &buffer)
            case .error: append("\u{FFFD}", to: &buffer)
            case .emptyInput: return
            }
            guard buffer.count - start <= longest else {
                buffer.removeLast(buffer.count - before)
                return append("…", to: &buffer)
            }
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to buffer: inout [UInt8]) {
        switch scalar.value {
        case 0x22, 0x5c:
            buffer.append(UInt8(ascii: "\\"))
            buffer.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x0a: buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
        case 0x0d: buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
        case 0x09: buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
        case 0..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff:
            buffer.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "u")])
            for shift in [12, 8, 4, 0] { buffer.append(hexDigits[Int(scalar.value >> UInt32(shift)) & 0xf]) }
        default:
            buffer.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static let plain = ByteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.:-+@%?&~,*[]")
}

/// A set of ASCII bytes, a bit for each.
private struct ByteSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ members: StaticString) {
        members.withUTF8Buffer { bytes in
            for byte in bytes where byte < 64 { low |= 1 << UInt64(byte) }
            for byte in bytes where byte >= 64 && byte < 128 { high |= 1 << UInt64(byte & 63) }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }
}
