extension JSONText {
    /// Appends a string with its quotes, escaping what RFC 8259 says must be, and nothing else.
    ///
    /// Runs that need no escape, mostly all of it, are copied whole.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8, the bytes of a `String`.
    ///   - bytes: what is appended to.
    static func append(_ text: Span<UInt8>, quotedTo bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            copy(text.extracting(start..<index), to: &bytes)
            appendEscape(of: byte, to: &bytes)
            start = index + 1
        }
        copy(text.extracting(start..<text.count), to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func copy(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            bytes.append((byte >> 4).hexadecimalDigit)
            bytes.append((byte & 15).hexadecimalDigit)
        }
    }
}
