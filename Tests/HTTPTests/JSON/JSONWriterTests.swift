import Foundation
import HTTP
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Members and elements are separated where they must be, at any depth")
    func separators() throws {
        let text = written {
            $0.object {
                $0.object("empty") { _ in }
                $0.array("none") { _ in }
                $0.object("one") { $0.field("a", 1) }
                $0.array("rows") {
                    for row in 1...2 { $0.object { $0.field("row", row) } }
                    $0.array { _ in }
                    $0.null()
                    $0.element(true)
                }
                $0.strings("names", ["a", "b"])
                $0.null("nothing")
                $0.field("last", false)
            }
        }
        #expect(
            text == #"{"empty":{},"none":[],"one":{"a":1},"rows":[{"row":1},{"row":2},[],null,true],"#
                + #""names":["a","b"],"nothing":null,"last":false}"#
        )
    }

    @Test(
        "Strings are escaped where RFC 8259 says so, and nowhere else",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\u{8}\t\n\u{c}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""), ("Sesión cerrada 👋", #""Sesión cerrada 👋""#),
            ("a\"", #""a\"""#), ("\"a", #""\"a""#), ("\r\n", #""\r\n""#), ("\u{2028}", "\"\u{2028}\""),
        ]
    )
    func strings(_ text: String, _ expected: String) { #expect(written { $0.element(text) } == expected) }

    @Test("Integers are written in full", arguments: [0, 7, -7, 10, 1_234_567_890, 1 << 53 - 1, Int.max, Int.min])
    func integers(_ number: Int) { #expect(written { $0.element(number) } == String(number)) }

    @Test("UUIDs are written in lower case")
    func uuids() throws {
        for _ in 0..<100 {
            let id = UUID()
            #expect(written { $0.element(id) } == "\"\(id.uuidString.lowercased())\"")
        }
    }

    @Test("An absent value is null, of whatever type")
    func optionals() {
        let text = written {
            $0.object {
                $0.field("text", nil as String?)
                $0.field("id", nil as UUID?)
                $0.field("number", nil as Int?)
                $0.field("flag", nil as Bool?)
                $0.field("date", nil as Date?)
                $0.field("day", nil as CivilDate?)
                $0.field("here", "x" as String?)
            }
        }
        #expect(text == #"{"text":null,"id":null,"number":null,"flag":null,"date":null,"day":null,"here":"x"}"#)
    }

    @Test("JSON that is there already is written as it stands")
    func rawValues() {
        let settings = Array(#"{"a": [1.0]}"#.utf8)
        #expect(written { $0.object { $0.field("settings", json: settings[...]) } } == #"{"settings":{"a": [1.0]}}"#)
    }

    @Test("A buffer is emptied before it is written into again")
    func reusesItsBuffer() {
        var writer = JSONWriter(reusing: Array("old".utf8))
        writer.element(1)
        #expect(writer.bytes == [UInt8(ascii: "1")])
    }

    @Test("What is written can be read by Foundation")
    func foundationReadsIt() throws {
        let moment = Date(timeIntervalSince1970: 1_764_849_600)
        let text = written {
            $0.object {
                $0.field("name", "Juan \"García\"\n")
                $0.field("created_at", moment)
                $0.object("role") { $0.strings("permissions", ["manage_users"]) }
            }
        }
        let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(read?["name"] as? String == "Juan \"García\"\n")
        #expect(read?["created_at"] as? String == "2025-12-04T12:00:00Z")
        #expect((read?["role"] as? [String: Any])?["permissions"] as? [String] == ["manage_users"])
    }
}
