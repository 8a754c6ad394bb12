import Cryptography
import FoundationEssentials
import Testing

/// Each forgery is signed with the true key, so that nothing but the check it is made for can refuse it.
@Suite("Forged access tokens")
struct AccessTokenForgeryTests {
    private static let now = TokenVectors.claims.issuedAt
    private static let segments = TokenVectors.hs256.split(separator: ".").map(String.init)
    private static let payload = text(ofSegment: 1)
    private static let header = text(ofSegment: 0)
    private let authority: AccessTokenAuthority
    private let hmac: HMACSHA256

    init() throws {
        let ring = try KeyRing(secrets: [TokenVectors.secret])
        hmac = HMACSHA256(key: ring.current("access tokens HS256"))
        authority = AccessTokenAuthority(
            algorithm: .hs256,
            keys: ring,
            issuer: TokenVectors.issuer,
            audience: TokenVectors.audience
        )
    }

    private static func text(ofSegment index: Int) -> String {
        String(decoding: Base64URL.decode(segments[index]) ?? [], as: UTF8.self)
    }

    private func forge(header: String = Self.header, payload: String = Self.payload) -> String {
        let signed = Base64URL.encode(utf8(header)) + "." + Base64URL.encode(utf8(payload))
        return signed + "." + Base64URL.encode(hmac.code(for: utf8(signed)))
    }

    @Test("What the forger signs unchanged is accepted")
    func control() {
        #expect(forge() == TokenVectors.hs256)
        #expect(authority.verify(forge(), now: Self.now) == TokenVectors.claims)
    }

    @Test(
        "A header that is not ours byte for byte is refused",
        arguments: [
            (#""HS256""#, #""none""#), (#""HS256""#, #""None""#), (#""HS256""#, #""NONE""#), (#""HS256""#, #""HS384""#),
            (#""HS256""#, #""HS512""#), (#""HS256""#, #""hs256""#), (#""HS256""#, #""RS256""#),
            (#""HS256""#, #""ES256""#),
            (#""HS256""#, #""EdDSA""#), (#""HS256""#, "null"), (#""HS256""#, #"["HS256"]"#), ("at+jwt", "JWT"),
            ("at+jwt", "AT+JWT"), ("at+jwt", "application/at+jwt"), ("ftbLDy_Hcwv", "ftbLDy_Hcww"),
            ("ftbLDy_HcwvA", "../../../etc/passwd"), ("ftbLDy_HcwvA", "x' UNION SELECT 'k"),
            ("ftbLDy_HcwvA", "https://evil.example/jwks.json"), ("ftbLDy_HcwvA", ""), ("ftbLDy_HcwvA", "\u{0}"),
            ("ftbLDy_HcwvA", String(repeating: "k", count: 10_000)), (#","kid":"ftbLDy_HcwvA""#, ""),
            ("}", #","jku":"https://evil.example/jwks.json"}"#), ("}", #","x5u":"https://evil.example"}"#),
            ("}", #","jwk":{"kty":"oct","k":"AA"}}"#), ("}", #","crit":["exp"]}"#), ("}", #","b64":false}"#),
            ("}", #","alg":"none"}"#), ("}", "} "), ("{", " {"), ("{", "{ "), ("{", "\u{feff}{"),
            (#"{"alg":"HS256","typ":"at+jwt""#, #"{"typ":"at+jwt","alg":"HS256""#), (#""alg""#, #""\u0061lg""#),
        ]
    )
    func headers(part: String, replacement: String) {
        let header = Self.replacing(part, by: replacement, in: Self.header)
        #expect(header != Self.header)
        #expect(authority.verify(forge(header: header), now: Self.now) == nil)
    }

    @Test(
        "A payload that is not ours byte for byte is refused, though its signature is right",
        arguments: [
            (#""exp":1700001800"#, #""exp":"1700001800""#), (#""exp":1700001800"#, #""exp":1700001800.0"#),
            (#""exp":1700001800"#, #""exp":1.7e9"#), (#""exp":1700001800"#, #""exp":17e400"#),
            (#""exp":1700001800"#, #""exp":-1"#), (#""exp":1700001800"#, #""exp":+1700001800"#),
            (#""exp":1700001800"#, #""exp":01700001800"#), (#""exp":1700001800"#, #""exp":"#),
            (#""exp":1700001800"#, #""exp":null"#), (#""exp":1700001800"#, #""exp":9999999999999"#),
            (#""exp":1700001800"#, #""exp":9223372036854775808"#), (#""exp":1700001800"#, #""exp": 1700001800"#),
            (#""exp":1700001800"#, #""exp":1700001800,"exp":9999999999"#),
            (#""iat":1700000000"#, #""iat":"1700000000""#), (#""iat":1700000000,"#, ""), (#","exp":1700001800"#, ""),
            (#""sub":"00112233-4455-6677-8899-aabbccddeeff","#, ""),
            (#""sid":"01020304-0506-0708-090a-0b0c0d0e0f10","#, ""),
            (#","jti":"12345678-9abc-4def-8123-456789abcdef""#, ""),
            (#","ctx":"4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8""#, ""), ("_z9_v8", "_z9_v9"),
            ("_z9_v8", "_z9_v8="), ("_z9_v8", "_z9_v"), ("_z9_v8", "_z9_v8A"), ("_z9_v8", "/z9/v8"),
            ("4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8", ""), (#""ctx":""#, #""CTX":""#),
            ("00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF"),
            ("00112233-4455-6677-8899-aabbccddeeff", "0011223344556677-8899aabb-cc-ddeeff--"),
            ("00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg"),
            ("00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899_aabbccddeeff"),
            ("00112233-4455-6677-8899-aabbccddeeff", "{0112233-4455-6677-8899-aabbccddeef}"),
            ("00112233-4455-6677-8899-aabbccddeeff", ""),
            (#""org":"ffffffff-ffff-4fff-8fff-ffffffffffff""#, #""org":null"#),
            (#""iss":"http://127.0.0.1:8000""#, #""iss":"http://127.0.0.1:8001""#),
            (#""iss":"http://127.0.0.1:8000","#, ""), (#""aud":"portero""#, #""aud":["portero"]"#),
            (#""aud":"portero""#, #""aud":"other""#), (#""aud":"portero""#, #""aud":null"#), (#""aud":"portero","#, ""),
            ("}", #","nbf":1700000000}"#), ("}", #","admin":true}"#), ("}", "}\n"), ("}", "} "), ("}", "}}"), ("}", ""),
            ("{", "{ "), ("{", " {"), ("{", ""), (#""sub""#, #""\u0073ub""#), (#""sub""#, #""Sub""#),
            (#"{"iss""#, #"{"sub":"x","iss""#),
        ]
    )
    func payloads(part: String, replacement: String) {
        let payload = Self.replacing(part, by: replacement, in: Self.payload)
        #expect(payload != Self.payload)
        #expect(authority.verify(forge(payload: payload), now: Self.now) == nil)
    }

    @Test("Payloads that are no claims at all are refused", arguments: ["", "{}", "[]", "null", "\0", "{\"iss\":"])
    func foreignPayloads(payload: String) {
        #expect(authority.verify(forge(payload: payload), now: Self.now) == nil)
    }

    @Test("The other base64url spellings of a token, and what is put around it, are refused")
    func spellings() throws {
        let token = TokenVectors.hs256
        let (head, payload, signature) = (Self.segments[0], Self.segments[1], Self.segments[2])
        var others = [
            "", ".", "..", "...", token + "=", token + "==", token + ".", token + " ", token + "\n", token + "\0",
            " " + token, "." + token, "Bearer " + token, head + "." + payload, head + "." + payload + ".",
            head + ".." + signature, "." + payload + "." + signature, head + "=." + payload + "." + signature,
            head + "." + payload + "=." + signature, head + "." + payload + "." + signature + "=",
            head + "." + payload + "." + payload + "." + signature, token + token, "\"" + token + "\"",
            token + String(repeating: "A", count: 1_000_000), String(repeating: ".", count: 8192),
            head + "." + String(repeating: "A", count: 8000) + "." + signature,
        ]
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for character in alphabet {
            others.append(token.dropLast() + String(character))
            others.append(head + "." + payload.dropLast() + String(character) + "." + signature)
            others.append(head.dropLast() + String(character) + "." + payload + "." + signature)
        }
        for other in others where other != token {
            #expect(authority.verify(other, now: Self.now) == nil)
        }
    }

    @Test("A token signed with an empty key or with a public key as a secret is refused")
    func wrongKeys() throws {
        let ring = try KeyRing(secrets: [TokenVectors.secret])
        let signed = Self.segments[0] + "." + Self.segments[1]
        for key in [[], utf8("secret"), Base64URL.decode("AzTrNusbBBVj_w1s5-XJniW_cnAgELFeiz4Lzd9n2dw") ?? []] {
            let signature = Base64URL.encode(HMACSHA256(key: key).code(for: utf8(signed)))
            #expect(authority.verify(signed + "." + signature, now: Self.now) == nil)
        }
        let edDSA = AccessTokenAuthority(
            algorithm: .edDSA,
            keys: ring,
            issuer: TokenVectors.issuer,
            audience: TokenVectors.audience
        )
        let head = TokenVectors.edDSA.split(separator: ".").map(String.init)[0] + "." + Self.segments[1]
        for size in [0, 32, 64] {
            #expect(edDSA.verify(head + "." + Base64URL.encode(repeated(0, size)), now: Self.now) == nil)
        }
    }

    @Test("Signatures of nothing but zeros, ones or the order are refused", arguments: [JWTAlgorithm.edDSA, .es256])
    func degenerateSignatures(algorithm: JWTAlgorithm) throws {
        let authority = AccessTokenAuthority(
            algorithm: algorithm,
            keys: try KeyRing(secrets: [TokenVectors.secret]),
            issuer: TokenVectors.issuer,
            audience: TokenVectors.audience
        )
        let vector = algorithm == .edDSA ? TokenVectors.edDSA : TokenVectors.es256
        let signed = vector.split(separator: ".").prefix(2).joined(separator: ".")
        let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        let one = repeated(0, 31) + [1]
        for signature in [
            repeated(0, 64), repeated(0xff, 64), one + one, order + one, one + order, order + order,
            one + repeated(0, 32),
            repeated(0, 32) + one,
        ] {
            #expect(authority.verify(signed + "." + Base64URL.encode(signature), now: Self.now) == nil)
        }
    }

    private static func replacing(_ part: String, by replacement: String, in text: String) -> String {
        guard let range = text.firstRange(of: part) else { return text }
        return text.replacingCharacters(in: range, with: replacement)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with replacement: String) -> String {
        self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
