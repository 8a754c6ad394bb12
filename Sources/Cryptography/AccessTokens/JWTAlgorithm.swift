/// How access tokens are signed (RFC 7518, RFC 8037).
package enum JWTAlgorithm: String, Sendable, CaseIterable {
    /// A MAC: only who can sign can verify.
    case hs256 = "HS256"

    /// Ed25519: anybody may verify with the published key.
    case edDSA = "EdDSA"

    /// ECDSA on P-256, for those whose libraries have no Ed25519.
    case es256 = "ES256"
}
