/// The keys of the house, all derived from its secrets, one for each purpose.
///
/// The first secret makes what is made from now on; the others, older ones, still verify and open what they made. Every
/// process that is given the same secrets has the same keys.
package struct KeyRing: Sendable {
    package static let minimumSecretSize = 32
    package static let keySize = 32

    private let pseudorandomKeys: [HMACSHA256]

    /// Takes the secrets newest first; one that is there twice counts once.
    ///
    /// - Throws: `KeyRingError` when there is no secret, or one under 32 bytes.
    package init(secrets: [Secret]) throws(KeyRingError) {
        guard !secrets.isEmpty else { throw .noSecret }
        var distinct: [Secret] = []
        for (position, secret) in secrets.enumerated() {
            guard secret.count >= Self.minimumSecretSize else { throw .tooShort(position: position + 1) }
            if !distinct.contains(secret) { distinct.append(secret) }
        }
        pseudorandomKeys = distinct.map { secret in
            secret.withBytes { bytes in
                HMACSHA256(key: HKDF.extract(from: bytes, salt: Array("portero key ring".utf8)))
            }
        }
    }

    /// The 32-byte key for a purpose, from the newest secret.
    package func current(_ label: StaticString) -> [UInt8] {
        derive(label, from: pseudorandomKeys[0])
    }

    /// The 32-byte keys for a purpose, newest first.
    package func all(_ label: StaticString) -> [[UInt8]] {
        pseudorandomKeys.map { derive(label, from: $0) }
    }

    private func derive(_ label: StaticString, from key: HMACSHA256) -> [UInt8] {
        HKDF.expand(key, info: Array(label.description.utf8), count: Self.keySize)
    }
}

package enum KeyRingError: Error, Equatable {
    case noSecret

    /// The first secret has position 1.
    case tooShort(position: Int)
}
