/// Passes over a string's content and finds whatever is wrong with it.
struct JSONStringScanner {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// Stops at the closing quote.
    ///
    /// - Returns: whether there are escapes in it.
    mutating func scan() throws(JSONError) -> Bool {
        var hasEscapes = false
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape()
            case 0x20..<0x80:
                position += 1
            case 0x80...:
                try scanMultibyte(first: byte)
            default:
                throw JSONError(byte == 0 ? .nul : .controlCharacter, at: position)
            }
        }
        throw JSONError(.unexpectedEnd, at: position)
    }

    private mutating func scanEscape() throws(JSONError) {
        guard position + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
        switch bytes[position + 1] {
        case UInt8(ascii: "u"):
            try scanUnicodeEscape()
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        default:
            throw JSONError(.invalidEscape, at: position)
        }
    }

    private mutating func scanUnicodeEscape() throws(JSONError) {
        guard let unit = JSONText.hexadecimal(bytes[...], at: position + 2) else {
            throw JSONError(.invalidEscape, at: position)
        }
        guard unit != 0 else { throw JSONError(.nul, at: position) }
        guard unit & 0xf800 == 0xd800 else {
            position += 6
            return
        }
        let isPair =
            unit < 0xdc00 && position + 12 <= bytes.count && bytes[position + 6] == UInt8(ascii: "\\")
            && bytes[position + 7] == UInt8(ascii: "u")
            && JSONText.hexadecimal(bytes[...], at: position + 8).map { $0 & 0xfc00 == 0xdc00 } == true
        guard isPair else { throw JSONError(.unpairedSurrogate, at: position) }
        position += 12
    }

    /// Passes one character of two to four bytes, as table 3-7 of the Unicode Standard has them: no overlong form, no
    /// surrogate, nothing beyond U+10FFFF.
    private mutating func scanMultibyte(first: UInt8) throws(JSONError) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch first {
        case 0xc2...0xdf: length = 2
        case 0xe0...0xef:
            length = 3
            if first == 0xe0 { second = 0xa0...0xbf }
            if first == 0xed { second = 0x80...0x9f }
        case 0xf0...0xf4:
            length = 4
            if first == 0xf0 { second = 0x90...0xbf }
            if first == 0xf4 { second = 0x80...0x8f }
        default: throw JSONError(.invalidUTF8, at: position)
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
            throw JSONError(.invalidUTF8, at: position)
        }
        for index in position + 2..<position + length where bytes[index] & 0xc0 != 0x80 {
            throw JSONError(.invalidUTF8, at: position)
        }
        position += length
    }
}
