import COpenSSL

/// SHA-256 of a whole message.
package enum SHA256 {
    package static let digestSize = 32

    package static func digest(of message: [UInt8]) -> [UInt8] {
        message.withUnsafeBufferPointer { digest(of: $0) }
    }

    /// The digest of the text's UTF-8.
    package static func digest(of text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { digest(of: $0) }
    }

    private static func digest(of message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, message.baseAddress, message.count)
        return [UInt8](unsafeUninitializedCapacity: digestSize) { output, count in
            SHA256_Final(output.baseAddress, &state)
            count = digestSize
        }
    }
}
