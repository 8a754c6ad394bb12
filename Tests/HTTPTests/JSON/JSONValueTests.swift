import HTTP
import Testing

@Suite("JSON values")
struct JSONValueTests {
    private func parse(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    @Test(
        "Integers are read exactly, and nothing else passes for one",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-42", -42), ("9223372036854775807", Int.max),
            ("-9223372036854775808", Int.min), ("9223372036854775808", nil), ("-9223372036854775809", nil),
            ("99999999999999999999999", nil), ("1.0", nil), ("1e3", nil), ("1E0", nil), ("0.5", nil), ("\"1\"", nil),
            ("true", nil), ("null", nil), ("[1]", nil),
        ]
    )
    func integers(_ text: String, _ expected: Int?) throws { #expect(try parse(text).int == expected) }

    @Test(
        "Numbers keep the digits they were sent with",
        arguments: ["1.10", "-0", "1E+400", "0.1000000000000000000001"]
    )
    func numbersAreKept(_ text: String) throws {
        let value = try parse("[ \(text) ]")
        #expect(value.elements?.first?.number == text)
    }

    @Test(
        "Escapes stand for what they say",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00f1\u20AC\ud83d\ude39!""#, "Añ€😹!"), (#""\uDBFF\uDFFF""#, "\u{10ffff}"),
            (#""\\u0000""#, #"\u0000"#), (#""ñ\u0301""#, "ñ\u{301}"),
        ]
    )
    func strings(_ text: String, _ expected: String) throws {
        let read = try #require(try parse(text).string)
        #expect(Array(read.utf8) == Array(expected.utf8))
    }

    @Test("Members are found by name, also by a name sent with escapes")
    func members() throws {
        let value = try parse(#"{"a":1,"b":{"a":2,"c":[3]},"\u0065mail":"x@y","d":null,"last":true}"#)
        #expect(value["a"]?.int == 1)
        #expect(value["b"]?["a"]?.int == 2)
        #expect(value["b"]?["c"]?.elements?.first?.int == 3)
        #expect(value["email"]?.string == "x@y")
        #expect(value["d"]?.kind == .null)
        #expect(value["last"]?.bool == true)
        #expect(value["c"] == nil)
        #expect(value["emai"] == nil)
        #expect(value["a"]?["a"] == nil)
        #expect(value.members?.map(\.name) == ["a", "b", "email", "d", "last"])
    }

    @Test("An array's elements come in order, whatever is in them")
    func elements() throws {
        let value = try parse(#"[[1,[2]],{"a":[3]},"x",null,false]"#)
        #expect(value.elements?.map(\.kind) == [.array, .object, .string, .null, .boolean])
        #expect(try parse("{}").elements == nil)
        #expect(try parse("[]").elements?.isEmpty == true)
    }

    @Test("A value's source is what was sent, byte for byte")
    func source() throws {
        let value = try parse(#" {"a" : { "x" : [1.0, "\u0041"] } , "b":"\n"} "#)
        #expect(value["a"].map { String(decoding: $0.source, as: UTF8.self) } == #"{ "x" : [1.0, "\u0041"] }"#)
        #expect(value["b"].map { String(decoding: $0.source, as: UTF8.self) } == #""\n""#)
    }

    @Test("Accessors of another kind answer nil")
    func otherKinds() throws {
        let value = try parse("[1]")
        #expect(value.string == nil && value.bool == nil && value.int == nil && value.number == nil)
        #expect(value.members == nil && value["a"] == nil)
    }
}
