import COpenSSL

/// A key that signs access tokens, and the header that all of its tokens begin with.
struct TokenKey: Sendable {
    /// The header segment and the dot behind it.
    ///
    /// A token is tried with a key only when it begins with these very bytes, so algorithm, type and key id are ours:
    /// nothing in a token chooses how it is verified.
    let head: [UInt8]

    /// What `/.well-known/jwks.json` shows of it; nil for a key that must stay secret.
    let publicDescription: String?

    let signatureSize: Int
    private let signer: Signer

    /// A closed choice instead of a protocol: it is on the path of every request.
    private enum Signer {
        case hmac(HMACSHA256)
        case ed25519(Ed25519Key)
        case p256(P256Key)
    }

    /// The keys of an algorithm, newest first.
    static func all(for algorithm: JWTAlgorithm, in ring: KeyRing) -> [TokenKey] {
        switch algorithm {
        case .hs256: ring.all("access tokens HS256").map(TokenKey.init(hmac:))
        case .edDSA: ring.all("access tokens EdDSA").map { TokenKey(Ed25519Key(seed: $0)) }
        case .es256: ring.all("access tokens ES256").map { TokenKey(P256Key(seed: $0)) }
        }
    }

    private init(hmac key: [UInt8]) {
        head = Self.head(.hs256, keyID: Self.keyID(of: key))
        publicDescription = nil
        signatureSize = HMACSHA256.codeSize
        signer = .hmac(HMACSHA256(key: key))
    }

    private init(_ key: Ed25519Key) {
        let keyID = Self.keyID(of: key.publicKey)
        head = Self.head(.edDSA, keyID: keyID)
        publicDescription =
            #"{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(key.publicKey))","#
            + #""alg":"EdDSA","use":"sig","kid":"\#(keyID)"}"#
        signatureSize = Ed25519Key.signatureSize
        signer = .ed25519(key)
    }

    private init(_ key: P256Key) {
        let keyID = Self.keyID(of: key.publicX + key.publicY)
        head = Self.head(.es256, keyID: keyID)
        publicDescription =
            #"{"kty":"EC","crv":"P-256","x":"\#(Base64URL.encode(key.publicX))","#
            + #""y":"\#(Base64URL.encode(key.publicY))","alg":"ES256","use":"sig","kid":"\#(keyID)"}"#
        signatureSize = P256Key.signatureSize
        signer = .p256(key)
    }

    /// Writes the signature to the start of `output`, which must have room for `signatureSize` bytes.
    func write(signatureOf message: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) {
        switch signer {
        case .hmac(let hmac): hmac.write(codeFor: message, to: output)
        case .ed25519(let key): key.write(signatureOf: message, to: output)
        case .p256(let key): key.write(signatureOf: message, to: output)
        }
    }

    /// Takes a signature of `signatureSize` bytes.
    func isValid(_ signature: UnsafeBufferPointer<UInt8>, for message: UnsafeBufferPointer<UInt8>) -> Bool {
        precondition(signature.count == signatureSize)
        switch signer {
        case .hmac(let hmac):
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: HMACSHA256.codeSize) { code in
                hmac.write(codeFor: message, to: code)
                return CRYPTO_memcmp(code.baseAddress, signature.baseAddress, HMACSHA256.codeSize) == 0
            }
        case .ed25519(let key): return key.isValid(signature, for: message)
        case .p256(let key): return key.isValid(signature, for: message)
        }
    }

    /// `at+jwt` (RFC 9068) keeps what other tokens this key may sign one day from passing for access tokens.
    private static func head(_ algorithm: JWTAlgorithm, keyID: String) -> [UInt8] {
        let header = #"{"alg":"\#(algorithm.rawValue)","typ":"at+jwt","kid":"\#(keyID)"}"#
        return Array((Base64URL.encode(Array(header.utf8)) + ".").utf8)
    }

    /// Tells the keys of a ring apart and tells nothing about them: 72 bits of a hash of 256 random ones.
    private static func keyID(of key: [UInt8]) -> String {
        Base64URL.encode(Array(SHA256.digest(of: Array("portero key id".utf8) + key).prefix(9)))
    }
}
