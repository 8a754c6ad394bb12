/// The 32 bytes by which the database knows its own claims again, where a token is presented in SQL.
///
/// A code over session, expiry and organization, under a key that never leaves the database. Nothing is checked with it
/// here. It is held in a register's type, since a token is read for every request and an array would be allocated for each.
package struct ContextCode: Sendable, Equatable {
    static let size = 32
    static let textSize = 43

    private var bytes = SIMD32<UInt8>()

    /// Takes `size` bytes.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.size, "a context code has 32 bytes")
        for index in bytes.indices { self.bytes[index] = bytes[index] }
    }

    private init() {}

    /// Writes it in base64url; the caller sees to it that there is room for `textSize` characters.
    func write(to output: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        withUnsafeBytes(of: bytes) { bytes in
            _ = Base64URL.encode(
                bytes.bindMemory(to: UInt8.self),
                to: UnsafeMutableBufferPointer(rebasing: output[start...])
            )
        }
    }

    /// Nil where the text at `start` is shorter, or anything else.
    static func read(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> ContextCode? {
        guard text.count - start >= textSize else { return nil }
        var code = ContextCode()
        let isCanonical = withUnsafeMutableBytes(of: &code.bytes) { bytes in
            Base64URL.decode(
                UnsafeBufferPointer(rebasing: text[start..<(start + textSize)]),
                to: bytes.bindMemory(to: UInt8.self)
            )
        }
        return isCanonical ? code : nil
    }
}
