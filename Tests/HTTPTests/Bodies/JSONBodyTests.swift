import Foundation
import HTTP
import Testing

@Suite("JSON bodies")
struct JSONBodyTests {
    private func body(_ text: String, type: String? = "application/json", isOptional: Bool = false) throws -> JSONBody {
        let headers = type.map { [(name: "Content-Type", value: $0)] } ?? []
        return try JSONBody(
            Request(.post, "/", headers: headers, body: Array(text.utf8)),
            isOptional: isOptional
        )
    }

    /// What is found wrong with one field.
    private func kind(
        _ text: String,
        _ read: (inout JSONBody) -> Void
    ) throws -> FieldError.Kind? {
        var body = try body(text)
        read(&body)
        return body.errors.first?.kind
    }

    @Test(
        "JSON is accepted under its names, in UTF-8",
        arguments: [
            "application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"", "application/problem+json", "application/vnd.api+json",
            "application/json;", "application/json; profile=x", " application/json ",
        ]
    )
    func acceptedTypes(_ type: String) {
        #expect(throws: Never.self) { try body("{}", type: type) }
    }

    @Test(
        "Any other content type is 415, and so is none",
        arguments: [
            nil, "", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data",
            "application/jsonp", "application/+json", "application/json; charset=latin1",
            "application/json; charset=utf-16", "application/json, text/plain", "application/json x",
            "text/plain+json", "application/json; charset=utf-8; charset=utf-7", "application/x json+json", "json",
            "application/json; charset", "text/plain; application/json", "application/xml+json/x",
        ]
    )
    func refusedTypes(_ type: String?) {
        let error = #expect(throws: InvalidBody.unsupportedMediaType) { try body("{}", type: type) }
        #expect(error?.status == 415)
    }

    @Test("A body that is no object is refused", arguments: ["[]", "null", "1", "\"a\"", "true"])
    func onlyObjects(_ text: String) {
        #expect(throws: InvalidBody.notAnObject) { try body(text) }
    }

    @Test("A body that is no JSON is refused with the place of the mistake")
    func onlyJSON() {
        #expect(throws: InvalidBody.malformed(JSONError(.unexpectedByte, at: 7))) { try body("{\"a\":1,}") }
        #expect(throws: InvalidBody.malformed(JSONError(.empty, at: 0))) { try body("") }
    }

    @Test("Where a body is optional, none is an empty object, but what is there must be right")
    func optionalBodies() throws {
        var none = try body("", type: nil, isOptional: true)
        #expect(none.optionalBool("all") == nil)
        try none.finish()
        #expect(throws: InvalidBody.unsupportedMediaType) { try body("{}", type: nil, isOptional: true) }
        #expect(throws: InvalidBody.notAnObject) { try body("[]", isOptional: true) }
    }

    @Test("All mistakes are named at once, in the order of the questions")
    func collectsErrors() throws {
        var body = try body(#"{"email":1,"full_name":"  ","age":"3","tags":["a",2,""],"unknown":[{}]}"#)
        _ = body.string("email", .line(1...254))
        _ = body.string("password", .verbatim(upToBytes: 512))
        _ = body.string("full_name", .line(1...200))
        _ = body.int("age", in: 0...150)
        _ = body.strings("tags", each: .line(1...10), upTo: 5)
        #expect(
            throws: InvalidBody.fields([
                FieldError("email", .wrongType(expected: .string)),
                FieldError("password", .missing),
                FieldError("full_name", .tooShort(minimum: 1)),
                FieldError("age", .wrongType(expected: .integer)),
                FieldError("tags[1]", .wrongType(expected: .string)),
                FieldError("tags[2]", .tooShort(minimum: 1)),
            ])
        ) { try body.finish() }
    }

    @Test("Right fields are read, and nothing is found wrong")
    func readsFields() throws {
        let id = UUID()
        var body = try body(
            """
            {"email":" a@b.c ","password":" p ","flag":true,"number":9007199254740991,"id":"\(id.uuidString)",
            "list":["x","y"],"day":"2024-02-29","at":"2025-12-04T12:00:00Z","nothing":null}
            """
        )
        #expect(body.string("email", .line(1...254)) == "a@b.c")
        #expect(body.string("password", .verbatim(upToBytes: 512)) == " p ")
        #expect(body.bool("flag") == true)
        #expect(body.int("number", in: 1...1 << 53) == 9_007_199_254_740_991)
        #expect(body.uuid("id") == id)
        #expect(body.strings("list", each: .line(1...5), upTo: 2) == ["x", "y"])
        #expect(body.optionalDay("day") == CivilDate(year: 2024, month: 2, day: 29))
        #expect(body.optionalDate("at") == Date(timeIntervalSince1970: 1_764_849_600))
        #expect(body.optionalString("nothing", .line(1...5)) == nil)
        #expect(body.optionalUUID("absent") == nil)
        try body.finish()
    }

    @Test("null is as good as absent: fine where the field is optional, missing where it is required")
    func nulls() throws {
        #expect(try kind(#"{"a":null}"#) { _ = $0.optionalInt("a", in: 0...1) } == nil)
        #expect(try kind(#"{"a":null}"#) { _ = $0.int("a", in: 0...1) } == .missing)
        #expect(try kind(#"{"a":null}"#) { _ = $0.string("a", .line(1...2)) } == .missing)
    }

    @Test(
        "A code sent as anything but a string is not made one",
        arguments: ["123456", "12345.0", "1e5", "true", "[\"123456\"]", "{}"]
    )
    func nothingIsCoerced(_ value: String) throws {
        #expect(
            try kind("{\"code\":\(value)}") { _ = $0.string("code", .line(6...6)) } == .wrongType(expected: .string)
        )
    }

    @Test(
        "Integers are integers within their range",
        arguments: [
            ("0", nil), ("100", nil), ("-1", .outOfRange(lowest: 0, highest: 100)),
            ("101", .outOfRange(lowest: 0, highest: 100)),
            ("9223372036854775808", .outOfRange(lowest: 0, highest: 100)),
            ("1.0", .wrongType(expected: .integer)), ("1e1", .wrongType(expected: .integer)),
            ("\"1\"", .wrongType(expected: .integer)), ("true", .wrongType(expected: .integer)),
        ] as [(String, FieldError.Kind?)]
    )
    func integers(_ value: String, _ expected: FieldError.Kind?) throws {
        #expect(try kind("{\"a\":\(value)}") { _ = $0.int("a", in: 0...100) } == expected)
    }

    @Test(
        "UUIDs have their one form, in either case",
        arguments: [
            ("6f1a3f0e-0b1c-4d2e-8f3a-0123456789ab", true), ("6F1A3F0E-0B1C-4D2E-8F3A-0123456789AB", true),
            ("6f1a3f0e0b1c4d2e8f3a0123456789ab", false), ("{6f1a3f0e-0b1c-4d2e-8f3a-0123456789ab}", false),
            ("6f1a3f0e-0b1c-4d2e-8f3a-0123456789a", false), ("6f1a3f0e-0b1c-4d2e-8f3a-0123456789abc", false),
            ("6f1a3f0e-0b1c-4d2e-8f3a_0123456789ab", false), ("gf1a3f0e-0b1c-4d2e-8f3a-0123456789ab", false),
            (" 6f1a3f0e-0b1c-4d2e-8f3a-0123456789ab", false), ("", false),
            ("+f1a3f0e-0b1c-4d2e-8f3a-0123456789ab", false),
        ]
    )
    func uuids(_ text: String, _ isValid: Bool) throws {
        var body = try body("{\"id\":\"\(text)\"}")
        #expect((body.optionalUUID("id") == UUID(uuidString: text)) == isValid || UUID(uuidString: text) == nil)
        #expect(body.errors.isEmpty == isValid)
    }

    @Test("The errors of an object within bear its name")
    func objectsWithin() throws {
        var body = try body(#"{"empleado":{"dni":5,"nombre":"Ana"},"otro":[]}"#)
        let name = body.object("empleado") { inner in
            _ = inner.string("dni", .line(1...20))
            return inner.string("nombre", .line(1...20))
        }
        let other: Void? = body.object("otro") { _ in }
        let absent: Void? = body.object("nada") { _ in }
        #expect(name == "Ana" && other == nil && absent == nil)
        #expect(
            body.errors == [
                FieldError("empleado.dni", .wrongType(expected: .string)),
                FieldError("otro", .wrongType(expected: .object)),
            ]
        )
    }

    @Test("A list may not be longer than its limit, and its elements are not looked at then")
    func longLists() throws {
        var body = try body(#"{"a":[1,2,3]}"#)
        _ = body.optionalStrings("a", each: .line(1...2), upTo: 2)
        #expect(body.errors == [FieldError("a", .tooLong(limit: 2))])
    }
}
