import Cryptography
import Testing

@Suite("Tokens and codes")
struct TokensTests {
    @Test("A random token has 43 characters, a digest, and no twin")
    func randomTokens() throws {
        let tokens = (0..<1000).map { _ in RandomToken.make() }
        #expect(Set(tokens).count == 1000)
        for token in tokens {
            #expect(token.utf8.count == 43)
            #expect(RandomToken.digest(of: token) == SHA256.digest(of: token))
        }
    }

    @Test("What is not spelled like a token has no digest and no successor")
    func malformedTokens() {
        let token = RandomToken.make()
        let last = token.utf8.last.map { $0 == UInt8(ascii: "A") ? "B" : "A" } ?? ""
        let spellings = [
            "", "x", token + "=", token + " ", String(token.dropLast()), "\n" + token.dropFirst(), token + token,
            String(repeating: "A", count: 42) + "B", String(repeating: "é", count: 21) + "A",
            String(repeating: "A", count: 42) + "/", String(repeating: "x", count: 100_000),
        ]
        for spelling in spellings {
            #expect(RandomToken.digest(of: spelling) == nil)
            #expect(RandomToken.successor(of: spelling, nonce: [1]) == nil)
        }
        #expect(RandomToken.digest(of: token.dropLast() + last) != RandomToken.digest(of: token))
    }

    @Test("A token's successor is a token, the same for the same nonce only")
    func successors() throws {
        let token = RandomToken.make()
        let nonce = SecureRandom.bytes(32)
        let successor = try #require(RandomToken.successor(of: token, nonce: nonce))
        #expect(RandomToken.digest(of: successor) != nil)
        #expect(RandomToken.successor(of: token, nonce: nonce) == successor)
        #expect(RandomToken.successor(of: token, nonce: SecureRandom.bytes(32)) != successor)
        #expect(RandomToken.successor(of: RandomToken.make(), nonce: nonce) != successor)
        #expect(successor != token)
    }

    @Test("A successor is the HMAC of label and nonce under the token's bytes")
    func successorDefinition() throws {
        let token = Base64URL.encode(Array(0..<32))
        let code = HMACSHA256(key: Array(0..<32)).code(for: utf8("portero refresh successor") + [1, 2, 3])
        #expect(RandomToken.successor(of: token, nonce: [1, 2, 3]) == Base64URL.encode(code))
    }

    @Test("Codes are six digits, leading zeros kept, all equally likely")
    func codes() {
        let codes = (0..<20_000).map { _ in OneTimeCode.make() }
        #expect(codes.allSatisfy { $0.utf8.count == 6 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        #expect(codes.contains { $0.hasPrefix("0") })
        #expect(Set(codes).count > 19_500)
        for position in 0..<6 {
            var counts = [Int](repeating: 0, count: 10)
            for code in codes { counts[Int(Array(code.utf8)[position]) - 0x30] += 1 }
            let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 2000) * (Double($1) - 2000) / 2000 }
            #expect(chiSquare < 50, "9 degrees of freedom: beyond 50 once in ten million runs")
        }
    }
}
