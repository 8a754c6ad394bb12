import COpenSSL

/// HMAC-SHA-256 (RFC 2104) under one key.
///
/// Holds what the key alone determines: the hash's state after the inner and after the outer padded key. A message
/// starts from copies of them, so many threads may share one value, and neither key nor context is set up again.
package struct HMACSHA256: Sendable {
    package static let codeSize = 32

    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    package init(key: [UInt8]) {
        let blockSize = 64
        var block = key.count > blockSize ? SHA256.digest(of: key) : key
        block.append(contentsOf: repeatElement(0, count: blockSize - block.count))
        inner = Self.state(after: block.map { $0 ^ 0x36 })
        outer = Self.state(after: block.map { $0 ^ 0x5c })
    }

    package func code(for message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.codeSize) { output, count in
            message.withUnsafeBufferPointer { write(codeFor: $0, to: output) }
            count = Self.codeSize
        }
    }

    /// Whether `code` is the message's, in a time that tells nothing about where they differ.
    package func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        constantTimeEquals(code, self.code(for: message))
    }

    /// Writes the 32 bytes of the code to the start of `output`, which must have room for them.
    func write(codeFor message: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) {
        precondition(output.count >= Self.codeSize)
        var state = inner
        SHA256_Update(&state, message.baseAddress, message.count)
        SHA256_Final(output.baseAddress, &state)
        state = outer
        SHA256_Update(&state, output.baseAddress, Self.codeSize)
        SHA256_Final(output.baseAddress, &state)
    }

    private static func state(after block: [UInt8]) -> SHA256_CTX {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, block, block.count)
        return state
    }
}
