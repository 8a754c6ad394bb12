import COpenSSL

/// A key pair for Ed25519 (RFC 8032).
///
/// Owns OpenSSL's key, which nothing changes once it is made, so that threads may share it.
final class Ed25519Key: @unchecked Sendable {
    static let signatureSize = 64

    let publicKey: [UInt8]
    private let key: OpaquePointer

    /// The seed of 32 bytes is the private key.
    init(seed: [UInt8]) {
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count)
        else { preconditionFailure("an Ed25519 seed has 32 bytes") }
        var size = 32
        var publicKey = [UInt8](repeating: 0, count: size)
        let isExported = EVP_PKEY_get_raw_public_key(key, &publicKey, &size) == 1
        precondition(isExported && size == 32, "OpenSSL does not show the key that it has just made")
        self.publicKey = publicKey
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    func write(signatureOf message: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) {
        precondition(output.count >= Self.signatureSize)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var size = Self.signatureSize
        let isSigned =
            EVP_DigestSignInit(context, nil, nil, nil, key) == 1
            && EVP_DigestSign(context, output.baseAddress, &size, message.baseAddress, message.count) == 1
        precondition(isSigned && size == Self.signatureSize, "out of memory")
    }

    /// OpenSSL refuses the other spellings of a valid signature (RFC 8032 §5.1.7: S below the group's order).
    func isValid(_ signature: UnsafeBufferPointer<UInt8>, for message: UnsafeBufferPointer<UInt8>) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let isValid =
            EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature.baseAddress, signature.count, message.baseAddress, message.count)
                == 1
        if !isValid { ERR_clear_error() }  // else the next user of OpenSSL on this thread takes it for its own
        return isValid
    }
}
