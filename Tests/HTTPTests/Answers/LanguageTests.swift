import HTTP
import Testing

@Suite("Languages")
struct LanguageTests {
    @Test(
        "The language is the one asked for most, else the default",
        arguments: [
            (nil, .english), ("", .english), ("es", .spanish), ("en", .english), ("ES", .spanish), ("es-AR", .spanish),
            ("es-419,es;q=0.9", .spanish), ("fr", .english), ("fr,es;q=0.1", .spanish), ("en;q=0.5,es;q=0.6", .spanish),
            ("en,es", .english), ("es,en", .spanish), ("en;q=0.8,es", .spanish), ("es;q=0,en;q=0.1", .english),
            ("es;q=0", .english), ("*", .english), ("fr,*;q=0.5", .english), ("*;q=0.5,es;q=0.6", .spanish),
            ("es;q=1.000", .spanish), ("es;q=1.001,fr", .english), ("es;q=0.0001", .english), ("es;q=x", .english),
            ("es;q=-1", .english), ("es;q=2", .english), ("es;q=", .english), ("es;Q=0.5", .spanish),
            (" es ; q=0.5 , en;q=0.4", .spanish), ("esx", .english), ("e", .english), (",,;,es", .spanish),
            ("es;level=1", .english), ("es_MX", .english), ("en-US,en;q=0.9,es;q=0.8", .english),
        ] as [(String?, Language)]
    )
    func negotiation(_ accepted: String?, _ expected: Language) {
        #expect(Language.negotiated(accepted.map { Array($0.utf8)[...] }, default: .english) == expected)
    }

    @Test("The default is the one configured")
    func configuredDefault() {
        #expect(Language.negotiated(nil, default: .spanish) == .spanish)
        #expect(Language.negotiated(Array("fr, *;q=0.1".utf8)[...], default: .spanish) == .spanish)
        #expect(Request(.get, "/", headers: [("Accept-Language", "en")]).language(default: .spanish) == .english)
    }
}
