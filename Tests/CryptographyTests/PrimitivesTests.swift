import Cryptography
import Testing

@Suite("Primitives")
struct PrimitivesTests {
    @Test("SHA-256 gives the digests of FIPS 180-4")
    func digests() {
        #expect(
            SHA256.digest(of: "abc")
                == hex("ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad")
        )
        #expect(
            SHA256.digest(of: [])
                == hex("e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855")
        )
    }

    @Test(
        "HMAC-SHA-256 gives the codes of RFC 4231",
        arguments: [
            (repeated(0x0b, 20), utf8("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                utf8("Jefe"), utf8("what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                repeated(0xaa, 20), repeated(0xdd, 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), repeated(0xcd, 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                repeated(0xaa, 131), utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                repeated(0xaa, 131),
                utf8(
                    "This is a test using a larger than block-size key and a larger than block-size data. The key "
                        + "needs to be hashed before being used by the HMAC algorithm."
                ),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ]
    )
    func codes(key: [UInt8], message: [UInt8], code: String) {
        let hmac = HMACSHA256(key: key)
        #expect(hmac.code(for: message) == hex(code))
        #expect(hmac.code(for: message) == hex(code), "the first message must not change the key")
        #expect(hmac.isValid(hex(code), for: message))
        #expect(!hmac.isValid(hex(code).dropLast(), for: message))
        #expect(!hmac.isValid(hex(code), for: message + [0]))
    }

    @Test(
        "HKDF-SHA-256 derives the keys of RFC 5869",
        arguments: [
            (
                repeated(0x0b, 22), Array(0...0x0c), Array(0xf0...0xf9),
                """
                3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
                """
            ),
            (
                Array(0...0x4f), Array(0x60...0xaf), Array(0xb0...0xff),
                """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
                da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
                """
            ),
            (
                repeated(0x0b, 22), [], [],
                """
                8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8
                """
            ),
        ] as [([UInt8], [UInt8], [UInt8], String)]
    )
    func derivedKeys(secret: [UInt8], salt: [UInt8], info: [UInt8], key: String) {
        let expected = hex(key)
        #expect(HKDF.deriveKey(from: secret, salt: salt, info: info, count: expected.count) == expected)
    }

    @Test("HKDF yields as much as it can, and nothing for nothing")
    func derivedSizes() {
        #expect(HKDF.deriveKey(from: [1], info: [], count: 8160).count == 8160)
        #expect(HKDF.deriveKey(from: [1], info: [], count: 0).isEmpty)
    }

    @Test("Equal is what has the same length and bytes")
    func equality() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
        #expect(!constantTimeEquals([1, 2], []))
    }

    @Test("Random bytes have the length asked for and do not repeat")
    func randomness() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(Set((0..<100).map { _ in SecureRandom.bytes(16) }).count == 100)
    }
}
