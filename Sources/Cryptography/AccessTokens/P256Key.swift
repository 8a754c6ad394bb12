import COpenSSL

/// A key pair for ECDSA on P-256 with SHA-256 (RFC 7518 §3.4: the signature is r and s, 32 bytes each).
///
/// Owns OpenSSL's key, which nothing changes once it is made, so that threads may share it.
final class P256Key: @unchecked Sendable {
    static let signatureSize = 64

    let publicX: [UInt8]
    let publicY: [UInt8]
    private let key: OpaquePointer

    /// Derives the private key from a seed: the same one for the same seed.
    init(seed: [UInt8]) {
        let curve = P256Curve()
        let scalar = curve.scalar(from: seed)
        let point = curve.publicPoint(of: scalar)
        publicX = Array(point[1...32])
        publicY = Array(point[33...64])
        key = curve.makeKey(scalar: scalar, point: point)
    }

    deinit {
        EVP_PKEY_free(key)
    }

    func write(signatureOf message: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) {
        precondition(output.count >= Self.signatureSize)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var size = P256Signature.maximumDERSize
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { der in
            let isSigned =
                EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
                && EVP_DigestSign(context, der.baseAddress, &size, message.baseAddress, message.count) == 1
                && P256Signature.write(UnsafeBufferPointer(rebasing: der[..<size]), to: output)
            precondition(isSigned, "out of memory")
        }
    }

    func isValid(_ signature: UnsafeBufferPointer<UInt8>, for message: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let der = P256Signature.der(of: signature) else { return false }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let isValid =
            EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, der, der.count, message.baseAddress, message.count) == 1
        if !isValid { ERR_clear_error() }  // else the next user of OpenSSL on this thread takes it for its own
        return isValid
    }
}
