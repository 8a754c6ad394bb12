import Cryptography
import Testing

@Suite("Keys")
struct KeysTests {
    private static let old = Secret("an old secret of at least thirty-two bytes")
    private static let new = Secret("a newer secret of at least thirty-two bytes")

    @Test("A secret never shows, however it is printed")
    func redaction() {
        let secret = Secret("swordfish")
        var dumped = ""
        dump(secret, to: &dumped)
        dump([secret], to: &dumped)
        let printed = "\(secret) \([secret]) \(String(reflecting: secret)) \(String(describing: Optional(secret)))"
        for text in [printed, dumped, "\((name: "key", secret: secret))"] {
            #expect(text.contains("‹secret›"))
            #expect(!text.contains("swordfish") && !text.contains("115"))
        }
        #expect(secret.withText { $0 } == "swordfish")
        #expect(secret.withBytes { $0 } == utf8("swordfish"))
    }

    @Test("Each purpose has a key of its own, the same in every process")
    func labels() throws {
        let ring = try KeyRing(secrets: [Self.new])
        #expect(ring.current("codes").count == 32)
        #expect(ring.current("codes") != ring.current("tokens"))
        #expect(try ring.current("codes") == KeyRing(secrets: [Self.new]).current("codes"))
    }

    @Test("The first secret makes keys, all of them keep theirs")
    func rotation() throws {
        let before = try KeyRing(secrets: [Self.old])
        let after = try KeyRing(secrets: [Self.new, Self.old])
        #expect(after.all("codes") == [after.current("codes"), before.current("codes")])
        #expect(after.current("codes") != before.current("codes"))
    }

    @Test("A secret given twice counts once")
    func duplicates() throws {
        #expect(try KeyRing(secrets: [Self.new, Self.old, Self.new]).all("codes").count == 2)
    }

    @Test("A ring without a secret, or with a short one, is refused")
    func refusals() {
        #expect(throws: KeyRingError.noSecret) { try KeyRing(secrets: []) }
        #expect(throws: KeyRingError.tooShort(position: 2)) {
            try KeyRing(secrets: [Self.new, Secret(repeated(7, 31))])
        }
        #expect(throws: Never.self) { try KeyRing(secrets: [Secret(repeated(7, 32))]) }
    }
}
