import Cryptography
import FoundationEssentials
import Testing

@Suite("Access tokens")
struct AccessTokenTests {
    private static let ring = ring([TokenVectors.secret])
    private static let now = TokenVectors.claims.issuedAt

    private static func ring(_ secrets: [Secret]) -> KeyRing {
        do { return try KeyRing(secrets: secrets) } catch { fatalError("\(error)") }
    }

    private static func authority(
        _ algorithm: JWTAlgorithm,
        ring: KeyRing = ring,
        issuer: String = TokenVectors.issuer,
        audience: String = TokenVectors.audience
    ) -> AccessTokenAuthority {
        AccessTokenAuthority(algorithm: algorithm, keys: ring, issuer: issuer, audience: audience)
    }

    @Test("What is signed verifies, with and without an organization", arguments: JWTAlgorithm.allCases)
    func roundTrip(algorithm: JWTAlgorithm) {
        let authority = Self.authority(algorithm)
        for organizationID in [UUID(), nil] {
            var claims = TokenVectors.claims
            claims.organizationID = organizationID
            claims.userID = UUID()
            let token = authority.sign(claims)
            #expect(authority.verify(token, now: Self.now) == claims)
            #expect(authority.verify(Array(token.utf8), now: Self.now) == claims)
            let header = Array("Bearer \(token)".utf8)
            #expect(authority.verify(header[7...], now: Self.now) == claims)
        }
    }

    @Test("Another implementation signs the same bytes")
    func deterministicVectors() {
        #expect(Self.authority(.hs256).sign(TokenVectors.claims) == TokenVectors.hs256)
        #expect(Self.authority(.edDSA).sign(TokenVectors.claims) == TokenVectors.edDSA)
    }

    @Test(
        "What another implementation signed verifies",
        arguments: [
            (JWTAlgorithm.hs256, TokenVectors.hs256), (.edDSA, TokenVectors.edDSA), (.es256, TokenVectors.es256),
        ]
    )
    func foreignVectors(algorithm: JWTAlgorithm, token: String) {
        #expect(Self.authority(algorithm).verify(token, now: Self.now) == TokenVectors.claims)
    }

    @Test("Of the two signatures that ECDSA allows one is taken, and that one is made")
    func malleability() {
        let authority = Self.authority(.es256)
        #expect(authority.verify(TokenVectors.es256Twin, now: Self.now) == nil)
        for _ in 0..<100 {
            #expect(authority.verify(authority.sign(TokenVectors.claims), now: Self.now) != nil)
        }
    }

    @Test("The public keys are shown, the newest first; a secret key is not")
    func keySets() {
        #expect(Self.authority(.hs256).jwks() == utf8(#"{"keys":[]}"#))
        #expect(Self.authority(.edDSA).jwks() == utf8(TokenVectors.edDSAKeySet))
        #expect(Self.authority(.es256).jwks() == utf8(TokenVectors.es256KeySet))
        let newer = Secret("a newer secret of at least thirty-two bytes")
        let both = String(
            decoding: Self.authority(.edDSA, ring: Self.ring([newer, TokenVectors.secret])).jwks(),
            as: UTF8.self
        )
        #expect(both.split(separator: "kty").count == 3)
        #expect(both.hasSuffix(TokenVectors.edDSAKeySet.dropFirst(#"{"keys":["#.count)))
    }

    @Test("A token is valid until the second in which it expires")
    func expiry() {
        let authority = Self.authority(.hs256)
        let expiry = TokenVectors.claims.expiresAt
        #expect(authority.verify(TokenVectors.hs256, now: expiry - 1) != nil)
        #expect(authority.verify(TokenVectors.hs256, now: expiry) == nil)
        #expect(authority.verify(TokenVectors.hs256, now: .max) == nil)
        #expect(authority.verify(TokenVectors.hs256, now: .min) != nil)
    }

    @Test("Times out of reach are clamped and end no process")
    func extremeTimes() {
        let authority = Self.authority(.hs256)
        for seconds in [Int.min, -1, 0, 9, 10, 999_999_999_999, 1_000_000_000_000, Int.max] {
            var claims = TokenVectors.claims
            claims.issuedAt = seconds
            claims.expiresAt = seconds
            let clamped = min(max(seconds, 0), 999_999_999_999)
            let read = authority.verify(authority.sign(claims), now: -1)
            #expect(read?.issuedAt == clamped)
            #expect(read?.expiresAt == clamped)
        }
    }

    @Test("A replaced secret verifies as long as it is in the ring", arguments: JWTAlgorithm.allCases)
    func rotation(algorithm: JWTAlgorithm) {
        let newer = Secret("a newer secret of at least thirty-two bytes")
        let before = Self.authority(algorithm)
        let during = Self.authority(algorithm, ring: Self.ring([newer, TokenVectors.secret]))
        let after = Self.authority(algorithm, ring: Self.ring([newer]))
        let old = before.sign(TokenVectors.claims)
        let new = during.sign(TokenVectors.claims)
        #expect(during.verify(old, now: Self.now) != nil)
        #expect(during.verify(new, now: Self.now) != nil)
        #expect(after.verify(new, now: Self.now) != nil)
        #expect(after.verify(old, now: Self.now) == nil)
        #expect(before.verify(new, now: Self.now) == nil)
    }

    @Test("A token of another issuer or audience is refused", arguments: JWTAlgorithm.allCases)
    func otherParties(algorithm: JWTAlgorithm) {
        let authority = Self.authority(algorithm)
        for (issuer, audience) in [
            ("http://127.0.0.1:8001", "portero"), ("http://127.0.0.1:8000", "Portero"), ("", ""),
            ("http://127.0.0.1:8000\",\"aud\":\"portero", ""),
        ] {
            var claims = TokenVectors.claims
            claims.issuer = issuer
            claims.audience = audience
            let token = Self.authority(algorithm, issuer: issuer, audience: audience).sign(claims)
            #expect(authority.verify(token, now: Self.now) == nil)
        }
    }

    @Test("Issuers and audiences with signs that JSON escapes stay what they are")
    func escaping() {
        var claims = TokenVectors.claims
        claims.issuer = "https://ejemplo.es/\"\\\n\u{1}ñ🦊"
        claims.audience = ""
        let authority = Self.authority(.hs256, issuer: claims.issuer, audience: claims.audience)
        #expect(authority.verify(authority.sign(claims), now: Self.now) == claims)
    }

    @Test("A token of one algorithm is none of another's, whatever its header says")
    func otherAlgorithms() {
        for algorithm in JWTAlgorithm.allCases {
            let token = Self.authority(algorithm).sign(TokenVectors.claims)
            for other in JWTAlgorithm.allCases where other != algorithm {
                #expect(Self.authority(other).verify(token, now: Self.now) == nil)
            }
        }
    }

    @Test("Many threads may sign and verify with one authority", arguments: JWTAlgorithm.allCases)
    func sharing(algorithm: JWTAlgorithm) async {
        let authority = Self.authority(algorithm)
        let verified = await withTaskGroup(of: Int.self, returning: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var claims = TokenVectors.claims
                    claims.userID = UUID()
                    return (0..<25).count { _ in authority.verify(authority.sign(claims), now: Self.now) == claims }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(verified == 200)
    }

    @Test("A change of any bit of a token is found", arguments: JWTAlgorithm.allCases)
    func bitFlips(algorithm: JWTAlgorithm) {
        let authority = Self.authority(algorithm)
        let token = Array(authority.sign(TokenVectors.claims).utf8)
        var accepted = 0
        for bit in 0..<(token.count * 8) {
            var changed = token
            changed[bit / 8] ^= 1 << (bit % 8)
            if authority.verify(changed, now: Self.now) != nil { accepted += 1 }
        }
        #expect(accepted == 0)
    }

    @Test("A change of any character of a token, of several, and any piece of it are refused")
    func mutations() {
        let authority = Self.authority(.hs256)
        let token = Array(TokenVectors.hs256.utf8)
        var accepted = 0
        func tryToken(_ changed: [UInt8]) {
            if changed != token, authority.verify(changed, now: Self.now) != nil { accepted += 1 }
        }
        for index in token.indices {
            tryToken(Array(token[..<index]))
            tryToken(Array(token[index...]))
            tryToken(Array(token[..<index]) + Array(token[(index + 1)...]))
            for character in utf8("A_-.= /+\0é") {
                var changed = token
                changed[index] = character
                tryToken(changed)
                changed.insert(character, at: index)
                tryToken(changed)
            }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var changed = token
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                changed[Int.random(in: changed.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            tryToken(changed)
        }
        #expect(accepted == 0)
    }
}
