import HTTP
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    @Test("Valid texts are read", arguments: Vectors.accepted)
    func acceptsValidTexts(_ vector: Vector) {
        #expect(throws: Never.self) { try JSON.parse(vector.bytes) }
    }

    @Test("Anything else is refused", arguments: Vectors.refused)
    func refusesEverythingElse(_ vector: Vector) {
        #expect(throws: JSONError.self) { try JSON.parse(vector.bytes) }
    }

    @Test("No beginning of a valid array or object is valid", arguments: Vectors.accepted)
    func refusesBeginnings(_ vector: Vector) {
        guard vector.bytes.count < 1000, vector.bytes.last == UInt8(ascii: "]") || vector.bytes.last == 0x7d else {
            return
        }
        for length in vector.bytes.indices {
            #expect(throws: JSONError.self) { try JSON.parse(Array(vector.bytes[..<length])) }
        }
    }

    @Test(
        "An error says what is wrong, and at which byte",
        arguments: [
            ("", JSONError(.empty, at: 0)),
            ("  ", JSONError(.empty, at: 2)),
            ("\u{feff}{}", JSONError(.byteOrderMark, at: 0)),
            ("[1", JSONError(.unexpectedEnd, at: 2)),
            ("{\"a\":1 x", JSONError(.unexpectedByte, at: 7)),
            ("{\"a\":1} x", JSONError(.trailingData, at: 8)),
            ("[\"a\\u0000\"]", JSONError(.nul, at: 3)),
            ("[\"\\ud800\"]", JSONError(.unpairedSurrogate, at: 2)),
            ("[\"\\q\"]", JSONError(.invalidEscape, at: 2)),
            ("[\"\t\"]", JSONError(.controlCharacter, at: 2)),
            ("[1.]", JSONError(.invalidNumber, at: 3)),
            ("{\"a\":1,\"b\":2,\"\\u0061\":3}", JSONError(.duplicateName, at: 13)),
            (String(repeating: "[", count: 40), JSONError(.tooDeep, at: 32)),
        ]
    )
    func errorsNameTheirPlace(_ text: String, _ expected: JSONError) {
        #expect(throws: expected) { try JSON.parse(Array(text.utf8)) }
    }

    @Test("A million brackets are refused at the thirty-third", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func depthBombs(_ unit: String) {
        let bomb = Array(String(repeating: unit, count: 1_000_000).utf8)
        let error = #expect(throws: JSONError.self) { try JSON.parse(bomb) }
        #expect(error?.reason == .tooDeep)
    }

    @Test("More values than the limit are refused, and no more are looked at")
    func valuesAreBounded() throws {
        let bomb = Array("{\(Vectors.names(100_000))}".utf8)
        let error = #expect(throws: JSONError.self) { try JSON.parse(bomb) }
        #expect(error?.reason == .tooManyValues)
        let limits = JSONLimits(values: 4)
        #expect(throws: Never.self) { try JSON.parse(Array("[1,2,3]".utf8), limits: limits) }
        #expect(throws: JSONError(.tooManyValues, at: 7)) { try JSON.parse(Array("[1,2,3,4]".utf8), limits: limits) }
    }

    @Test("The names of large objects are not compared each with each")
    func namesAreNotComparedEachWithEach() throws {
        let limits = JSONLimits(values: 1_000_000)
        // Each with each, these would be five billion comparisons: minutes, where hashing takes a blink.
        let many = Array("{\(Vectors.names(100_000))}".utf8)
        #expect(try JSON.parse(many, limits: limits).members?.count == 100_000)
        let twice = Array("{\(Vectors.names(100_000)),\"n99999\":1}".utf8)
        let error = #expect(throws: JSONError.self) { try JSON.parse(twice, limits: limits) }
        #expect(error?.reason == .duplicateName)
    }
}
