/// Base64 for URLs without padding (RFC 4648 §5), one spelling for each byte string.
///
/// The last character of a text may hold bits that no byte uses; a lenient decoder gives several texts for the same
/// bytes. Here those bits must be zero, as must everything outside the alphabet, padding too, be absent.
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: encodedCount(of: bytes.count)) { output in
            bytes.withUnsafeBufferPointer { encode($0, to: output) }
        }
    }

    /// The bytes that `text` is the canonical spelling of, else nil.
    package static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { characters in
            guard let size = decodedCount(of: characters.count) else { return nil }
            var isCanonical = false
            let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, count in
                isCanonical = decode(characters, to: output)
                count = isCanonical ? size : 0
            }
            return isCanonical ? bytes : nil
        }
    }

    static func encodedCount(of byteCount: Int) -> Int {
        byteCount / 3 * 4 + [0, 2, 3][byteCount % 3]
    }

    /// Nil for a length that no text has.
    static func decodedCount(of characterCount: Int) -> Int? {
        switch characterCount % 4 {
        case 0: characterCount / 4 * 3
        case 2: characterCount / 4 * 3 + 1
        case 3: characterCount / 4 * 3 + 2
        default: nil
        }
    }

    /// Writes to the start of `output`, which must have room for `encodedCount` characters, and answers their number.
    @discardableResult
    static func encode(_ bytes: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let size = encodedCount(of: bytes.count)
        precondition(output.count >= size)
        let alphabet = alphabet.utf8Start
        func character(_ bits: UInt32) -> UInt8 { alphabet[Int(bits & 63)] }
        var source = 0
        var target = 0
        while source + 3 <= bytes.count {
            let group = UInt32(bytes[source]) << 16 | UInt32(bytes[source + 1]) << 8 | UInt32(bytes[source + 2])
            output[target] = character(group >> 18)
            output[target + 1] = character(group >> 12)
            output[target + 2] = character(group >> 6)
            output[target + 3] = character(group)
            source += 3
            target += 4
        }
        switch bytes.count - source {
        case 1:
            let group = UInt32(bytes[source]) << 16
            output[target] = character(group >> 18)
            output[target + 1] = character(group >> 12)
        case 2:
            let group = UInt32(bytes[source]) << 16 | UInt32(bytes[source + 1]) << 8
            output[target] = character(group >> 18)
            output[target + 1] = character(group >> 12)
            output[target + 2] = character(group >> 6)
        default:
            break
        }
        return size
    }

    /// Writes to the start of `output`, which must have room for `decodedCount` bytes; false for any other spelling.
    static func decode(
        _ text: UnsafeBufferPointer<UInt8>,
        to output: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let size = decodedCount(of: text.count) else { return false }
        precondition(output.count >= size)
        let values = values
        func value(_ index: Int) -> UInt32 { UInt32(values[Int(text[index])]) }
        var source = 0
        var target = 0
        var seen: UInt32 = 0  // any value over 63 shows in its upper two bits
        while source + 4 <= text.count {
            let (first, second, third, fourth) = (
                value(source), value(source + 1), value(source + 2), value(source + 3)
            )
            seen |= first | second | third | fourth
            let group = first << 18 | second << 12 | third << 6 | fourth
            output[target] = UInt8(truncatingIfNeeded: group >> 16)
            output[target + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[target + 2] = UInt8(truncatingIfNeeded: group)
            source += 4
            target += 3
        }
        switch text.count - source {
        case 2:
            let (first, second) = (value(source), value(source + 1))
            seen |= first | second | (second & 0x0f) << 8
            output[target] = UInt8(truncatingIfNeeded: first << 2 | second >> 4)
        case 3:
            let (first, second, third) = (value(source), value(source + 1), value(source + 2))
            seen |= first | second | third | (third & 0x03) << 8
            output[target] = UInt8(truncatingIfNeeded: first << 2 | second >> 4)
            output[target + 1] = UInt8(truncatingIfNeeded: second << 4 | third >> 2)
        default:
            break
        }
        return seen < 64
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// What each byte stands for; 255 for those outside the alphabet.
    ///
    /// Made once, never changed, never freed. Behind a pointer, because an `InlineArray` is copied whole for each look.
    nonisolated(unsafe) private static let values: UnsafePointer<UInt8> = {
        let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        values.initialize(repeating: 255, count: 256)
        for value in 0..<64 { values[Int(alphabet.utf8Start[value])] = UInt8(value) }
        return UnsafePointer(values)
    }()
}
