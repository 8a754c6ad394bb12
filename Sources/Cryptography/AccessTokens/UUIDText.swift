import FoundationEssentials

/// A UUID's 36 characters in lower case, the only spelling in a token.
enum UUIDText {
    static let size = 36

    private static let digits: StaticString = "0123456789abcdef"

    /// The caller sees to it that there is room for them.
    static func write(_ id: UUID, to output: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        let digits = digits.utf8Start
        withUnsafeBytes(of: id.uuid) { bytes in
            var position = start
            for index in 0..<16 {
                if isAfterDash(index) {
                    output[position] = UInt8(ascii: "-")
                    position += 1
                }
                output[position] = digits[Int(bytes[index] >> 4)]
                output[position + 1] = digits[Int(bytes[index] & 15)]
                position += 2
            }
        }
    }

    /// Nil where the text at `start` is shorter, or anything else.
    static func read(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> UUID? {
        guard text.count - start >= size else { return nil }
        var position = start
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var isWellFormed = true
        withUnsafeMutableBytes(of: &bytes) { bytes in
            for index in 0..<16 {
                if isAfterDash(index) {
                    isWellFormed = isWellFormed && text[position] == UInt8(ascii: "-")
                    position += 1
                }
                let high = value(text[position])
                let low = value(text[position + 1])
                isWellFormed = isWellFormed && (high | low) < 16
                bytes[index] = high << 4 | (low & 15)
                position += 2
            }
        }
        return isWellFormed ? UUID(uuid: bytes) : nil
    }

    private static func isAfterDash(_ index: Int) -> Bool {
        index == 4 || index == 6 || index == 8 || index == 10
    }

    /// 255 for what is no digit in lower case.
    private static func value(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: 255
        }
    }
}
