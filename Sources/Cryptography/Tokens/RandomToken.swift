/// A token that means nothing: 32 random bytes, spelled in 43 characters.
///
/// The database keeps its digest alone. With 256 random bits there is nothing to guess, so a plain hash is enough.
package enum RandomToken {
    package static let characterCount = 43

    private static let byteCount = 32
    private static let successorLabel = Array("portero refresh successor".utf8)

    package static func make() -> String {
        Base64URL.encode(SecureRandom.bytes(byteCount))
    }

    /// SHA-256 of the presented characters, or nil when no token is spelled like that.
    package static func digest(of presented: String) -> [UInt8]? {
        bytes(of: presented) == nil ? nil : SHA256.digest(of: presented)
    }

    /// The token that follows `presented` in its rotation, the same one however often it is asked for.
    ///
    /// Who has read the nonce but not the presented token, as from the database, cannot compute it.
    package static func successor(of presented: String, nonce: [UInt8]) -> String? {
        guard let key = bytes(of: presented) else { return nil }
        return Base64URL.encode(HMACSHA256(key: key).code(for: successorLabel + nonce))
    }

    private static func bytes(of presented: String) -> [UInt8]? {
        guard presented.utf8.count == characterCount else { return nil }
        return Base64URL.decode(presented)
    }
}
