/// HKDF-SHA-256 (RFC 5869): keys from a secret.
package enum HKDF {
    /// The pseudorandom key that `expand` starts from.
    package static func extract(from secret: [UInt8], salt: [UInt8]) -> [UInt8] {
        HMACSHA256(key: salt).code(for: secret)
    }

    /// `count` bytes, at most 8160, that nobody can tell without the pseudorandom key, others for every `info`.
    package static func expand(_ pseudorandomKey: HMACSHA256, info: [UInt8], count: Int) -> [UInt8] {
        precondition((0...255 * HMACSHA256.codeSize).contains(count), "HKDF-SHA-256 yields at most 8160 bytes")
        var output: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 0
        while output.count < count {
            number += 1
            block = pseudorandomKey.code(for: block + info + [number])
            output += block
        }
        return Array(output.prefix(count))
    }

    package static func deriveKey(from secret: [UInt8], salt: [UInt8] = [], info: [UInt8], count: Int = 32) -> [UInt8] {
        expand(HMACSHA256(key: extract(from: secret, salt: salt)), info: info, count: count)
    }
}
