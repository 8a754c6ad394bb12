import Cryptography
import Testing

@Suite("Base64URL")
struct Base64URLTests {
    @Test(
        "Bytes have the spelling of RFC 4648 without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func spelling(bytes: String, text: String) {
        #expect(Base64URL.encode(utf8(bytes)) == text)
        #expect(Base64URL.decode(text) == utf8(bytes))
    }

    @Test("The last two characters of the alphabet are - and _")
    func alphabet() {
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf]) == "-_-_")
        #expect(Base64URL.decode("-_-_") == [0xfb, 0xff, 0xbf])
    }

    @Test("Whatever is written is read back", arguments: 0..<100)
    func roundTrip(size: Int) {
        let bytes = SecureRandom.bytes(size)
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }

    @Test(
        "Nothing but the canonical spelling is read",
        arguments: [
            "Zg==", "Zg=", "Zh", "Zm9", "Zm8=", "A", "AAAAA", "Zm9v ", " Zm9v", "Zm9v\n", "Zm9v\0", "+/+/", "Zm.v",
            "Zm9ü",
            "Z\0", "====", "ﬁ",
        ]
    )
    func refusal(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("Of the spellings of 32 bytes that lenient decoders take, one is read")
    func spellingsOfACode() {
        let canonical = Base64URL.encode(SecureRandom.bytes(32))
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let read = alphabet.map { canonical.dropLast() + String($0) }.compactMap { Base64URL.decode(String($0)) }
        #expect(read.count == 16)
        #expect(Set(read).count == 16)
    }
}
