/// Signs access tokens and tells those that it has signed.
///
/// Holds nothing that changes, so loops and threads may share it. Every process with the same secrets, algorithm,
/// issuer and audience signs and accepts the same tokens; secrets that have been replaced go on verifying as long as
/// they are in the ring. Whether the token's session still lives is not known here.
package struct AccessTokenAuthority: Sendable {
    package let issuer: String
    package let audience: String

    private let payload: AccessTokenPayload

    /// Newest first: the first one signs.
    private let keys: [TokenKey]

    private static let maximumTokenSize = 8192

    package init(algorithm: JWTAlgorithm, keys ring: KeyRing, issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
        payload = AccessTokenPayload(issuer: issuer, audience: audience)
        keys = TokenKey.all(for: algorithm, in: ring)
    }

    /// The claims' issuer and audience must be this authority's: anything else is a mistake in the program.
    package func sign(_ claims: AccessTokenClaims) -> String {
        let key = keys[0]
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: payload.maximumSize) { scratch in
            let size = payload.write(claims, to: scratch)
            let claims = UnsafeBufferPointer(rebasing: scratch[..<size])
            let signedSize = key.head.count + Base64URL.encodedCount(of: size)
            let tokenSize = signedSize + 1 + Base64URL.encodedCount(of: key.signatureSize)
            return String(unsafeUninitializedCapacity: tokenSize) { token in
                for index in 0..<key.head.count { token[index] = key.head[index] }
                Base64URL.encode(claims, to: UnsafeMutableBufferPointer(rebasing: token[key.head.count...]))
                token[signedSize] = UInt8(ascii: ".")
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: key.signatureSize) { signature in
                    key.write(signatureOf: UnsafeBufferPointer(rebasing: token[..<signedSize]), to: signature)
                    Base64URL.encode(
                        UnsafeBufferPointer(signature),
                        to: UnsafeMutableBufferPointer(rebasing: token[(signedSize + 1)...])
                    )
                }
                return tokenSize
            }
        }
    }

    /// The claims of a token that is ours, byte for byte as we write them, and not yet expired; else nil.
    ///
    /// `now` is in seconds since 1970.
    package func verify(_ token: String, now: Int) -> AccessTokenClaims? {
        var token = token
        return token.withUTF8 { verify($0, now: now) }
    }

    package func verify(_ token: [UInt8], now: Int) -> AccessTokenClaims? {
        token.withUnsafeBufferPointer { verify($0, now: now) }
    }

    package func verify(_ token: ArraySlice<UInt8>, now: Int) -> AccessTokenClaims? {
        token.withUnsafeBufferPointer { verify($0, now: now) }
    }

    /// The public keys as a JSON Web Key Set (RFC 7517), the older ones too; none where the key is a secret.
    package func jwks() -> [UInt8] {
        let descriptions = keys.compactMap(\.publicDescription).joined(separator: ",")
        return Array(#"{"keys":[\#(descriptions)]}"#.utf8)
    }

    private func verify(_ token: UnsafeBufferPointer<UInt8>, now: Int) -> AccessTokenClaims? {
        guard token.count <= Self.maximumTokenSize else { return nil }
        for key in keys where begins(token, with: key.head) {
            guard let claims = claims(of: token, signedWith: key), now < claims.expiresAt else { return nil }
            return claims
        }
        return nil
    }

    private func claims(of token: UnsafeBufferPointer<UInt8>, signedWith key: TokenKey) -> AccessTokenClaims? {
        let signatureCharacters = Base64URL.encodedCount(of: key.signatureSize)
        let signedSize = token.count - signatureCharacters - 1
        guard signedSize > key.head.count, token[signedSize] == UInt8(ascii: ".") else { return nil }
        let payloadText = UnsafeBufferPointer(rebasing: token[key.head.count..<signedSize])
        guard let size = Base64URL.decodedCount(of: payloadText.count), size <= payload.maximumSize else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size + key.signatureSize) { scratch in
            let signature = UnsafeMutableBufferPointer(rebasing: scratch[size...])
            let signatureText = UnsafeBufferPointer(rebasing: token[(signedSize + 1)...])
            let signed = UnsafeBufferPointer(rebasing: token[..<signedSize])
            guard Base64URL.decode(signatureText, to: signature),
                key.isValid(UnsafeBufferPointer(signature), for: signed),
                Base64URL.decode(payloadText, to: scratch)
            else { return nil }
            return payload.read(UnsafeBufferPointer(rebasing: scratch[..<size]))
        }
    }

    private func begins(_ token: UnsafeBufferPointer<UInt8>, with head: [UInt8]) -> Bool {
        guard token.count > head.count else { return false }
        for index in 0..<head.count where token[index] != head[index] { return false }
        return true
    }
}
