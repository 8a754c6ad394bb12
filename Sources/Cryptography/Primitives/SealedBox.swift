import COpenSSL

/// AES-256-GCM under random nonces.
///
/// A sealed message is a version byte, a nonce of 12 bytes, the ciphertext and a tag of 16 bytes. It is sealed with the
/// newest key and opens with any of them. Random nonces allow 2^32 messages under one key.
package struct SealedBox: Sendable {
    package static let overhead = 1 + nonceSize + tagSize

    private static let version: UInt8 = 1
    private static let nonceSize = 12
    private static let tagSize = 16
    private static let keySize = 32

    private let keys: [[UInt8]]

    package init(key: [UInt8]) {
        self.init(keys: [key])
    }

    /// Keys of 32 bytes, newest first; at least one.
    package init(keys: [[UInt8]]) {
        precondition(!keys.isEmpty && keys.allSatisfy { $0.count == Self.keySize }, "AES-256 takes keys of 32 bytes")
        self.keys = keys
    }

    /// Seals `message` so that it opens only beside the same `context`, which stays in the clear and is not part of it.
    package func seal(_ message: [UInt8], authenticating context: [UInt8] = []) -> [UInt8] {
        let nonce = SecureRandom.bytes(Self.nonceSize)
        var ciphertext = [UInt8](repeating: 0, count: message.count)
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        let cipher = Cipher(.sealing, key: keys[0], nonce: nonce)
        cipher.authenticate([Self.version])
        cipher.authenticate(context)
        cipher.process(message, into: &ciphertext)
        cipher.finishSealing(tag: &tag)
        return [Self.version] + nonce + ciphertext + tag
    }

    /// The message, or nil when it was sealed with another key or beside another context, or has been changed.
    package func open(_ sealed: [UInt8], authenticating context: [UInt8] = []) -> [UInt8]? {
        guard sealed.count >= Self.overhead, sealed[0] == Self.version else { return nil }
        let nonce = Array(sealed[1...Self.nonceSize])
        let ciphertext = Array(sealed[(1 + Self.nonceSize)..<(sealed.count - Self.tagSize)])
        var tag = Array(sealed.suffix(Self.tagSize))
        for key in keys {
            var message = [UInt8](repeating: 0, count: ciphertext.count)
            let cipher = Cipher(.opening, key: key, nonce: nonce)
            cipher.authenticate([Self.version])
            cipher.authenticate(context)
            cipher.process(ciphertext, into: &message)
            if cipher.finishOpening(tag: &tag) { return message }
        }
        return nil
    }
}

/// One message on its way through AES-256-GCM; every step but the check of the tag can fail for want of memory only.
private final class Cipher {
    enum Direction: Int32 {
        case opening = 0
        case sealing = 1
    }

    private let context: OpaquePointer

    init(_ direction: Direction, key: [UInt8], nonce: [UInt8]) {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
        self.context = context
        expectSuccess(EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, direction.rawValue))
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    func authenticate(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        var count: Int32 = 0
        expectSuccess(EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count)))
    }

    func process(_ input: [UInt8], into output: inout [UInt8]) {
        guard !input.isEmpty else { return }
        var count: Int32 = 0
        expectSuccess(EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)))
    }

    func finishSealing(tag: inout [UInt8]) {
        var count: Int32 = 0
        var nothing: [UInt8] = [0]
        expectSuccess(EVP_CipherFinal_ex(context, &nothing, &count))
        expectSuccess(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, Int32(tag.count), &tag))
    }

    func finishOpening(tag: inout [UInt8]) -> Bool {
        var count: Int32 = 0
        var nothing: [UInt8] = [0]
        expectSuccess(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(tag.count), &tag))
        return EVP_CipherFinal_ex(context, &nothing, &count) == 1
    }

    private func expectSuccess(_ code: Int32) {
        precondition(code == 1, "OpenSSL failed where only a lack of memory can make it")
    }
}
