import Cryptography
import FoundationEssentials

/// What must hold whatever is presented as an access token; the fuzzer and the corpus test both ask this.
enum AccessTokenEdge {
    private static let now = TokenVectors.claims.issuedAt
    private static let hmac = keyRing.map { HMACSHA256(key: $0.current("access tokens HS256")) }
    private static let keyRing = try? KeyRing(secrets: [TokenVectors.secret])

    private static let authorities: [(authority: AccessTokenAuthority, token: [UInt8], signed: [UInt8])] =
        [
            (JWTAlgorithm.hs256, TokenVectors.hs256), (.edDSA, TokenVectors.edDSA), (.es256, TokenVectors.es256),
        ].compactMap { algorithm, token in
            guard let authority = authority(algorithm), let dot = token.lastIndex(of: ".") else { return nil }
            return (authority, utf8(token), utf8(String(token[...dot])))
        }

    private static func authority(_ algorithm: JWTAlgorithm) -> AccessTokenAuthority? {
        keyRing.map { keys in
            AccessTokenAuthority(
                algorithm: algorithm,
                keys: keys,
                issuer: TokenVectors.issuer,
                audience: TokenVectors.audience
            )
        }
    }

    /// Takes the bytes for a token, for a signature, and for claims that are truly signed.
    ///
    /// - Returns: the rule that was broken, nil when none was.
    static func brokenRule(for bytes: [UInt8]) -> String? {
        guard authorities.count == 3 else { return "the keys can be made" }
        for (authority, token, signed) in authorities {
            if authority.verify(bytes, now: now) != nil, bytes != token { return "only what was signed is accepted" }
            let withSignature = signed + bytes
            if authority.verify(withSignature, now: now) != nil, withSignature != token {
                return "a token has one signature"
            }
        }
        return brokenRuleOfPayload(utf8(Base64URL.encode(bytes))) ?? brokenRuleOfPayload(bytes)
            ?? brokenRuleOfClaims(from: bytes)
    }

    /// Whoever has the key can sign anything; what is accepted of it is what the authority itself would have written.
    private static func brokenRuleOfPayload(_ payload: [UInt8]) -> String? {
        guard let hmac, let (authority, token, _) = authorities.first, let dot = token.firstIndex(of: UInt8(ascii: "."))
        else { return "the keys can be made" }
        let signed = token[...dot] + payload
        let forged = Array(signed) + utf8("." + Base64URL.encode(hmac.code(for: Array(signed))))
        guard let claims = authority.verify(forged, now: now) else { return nil }
        guard utf8(authority.sign(claims)) == forged else { return "claims have one spelling" }
        return claims.expiresAt > now ? nil : "what has expired is refused"
    }

    private static func brokenRuleOfClaims(from bytes: [UInt8]) -> String? {
        guard let authority = authorities.first?.authority else { return "the keys can be made" }
        var rest = bytes[...]
        func number(of count: Int) -> Int {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
        }
        func id() -> UUID {
            let parts = (0..<4).map { _ in number(of: 4) }.map { String($0, radix: 16) }
            let digits = parts.map { String(repeating: "0", count: 8 - $0.count) + $0 }.joined()
            var text = ""
            for (index, digit) in digits.enumerated() {
                if [8, 12, 16, 20].contains(index) { text += "-" }
                text.append(digit)
            }
            return UUID(uuidString: text) ?? UUID()
        }
        let issuedAt = number(of: 4)
        let claims = AccessTokenClaims(
            issuer: TokenVectors.issuer,
            audience: TokenVectors.audience,
            userID: id(),
            sessionID: id(),
            organizationID: bytes.count % 2 == 0 ? id() : nil,
            issuedAt: issuedAt,
            expiresAt: issuedAt + number(of: 4),
            tokenID: id(),
            context: ContextCode((0..<32).map { _ in UInt8(number(of: 1)) })
        )
        let token = authority.sign(claims)
        guard authority.verify(token, now: claims.expiresAt - 1) == claims else { return "what was signed is accepted" }
        return authority.verify(token, now: claims.expiresAt) == nil ? nil : "a token ends with the second it names"
    }
}
