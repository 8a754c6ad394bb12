import Foundation
import HTTP
import Testing

@Suite("Queries")
struct QueryTests {
    private func query(_ text: String) -> Query { Query(Array(text.utf8)[...]) }

    @Test(
        "Pairs are decoded once, in the order sent",
        arguments: [
            ("", []), ("a=1", ["a=1"]), ("a=1&b=2", ["a=1", "b=2"]), ("a", ["a="]), ("a=", ["a="]), ("=1", ["=1"]),
            ("a=b=c", ["a=b=c"]), ("a+b=c+d", ["a b=c d"]), ("a%20b=%2B", ["a b=+"]), ("a=%2500", ["a=%00"]),
            ("%61=%C3%B1", ["a=ñ"]), ("&&a=1&", ["a=1"]), ("a=1;b=2", ["a=1;b=2"]), ("a=%26%3d", ["a=&="]),
            ("a=1&a=2", ["a=1", "a=2"]), ("a=/?", ["a=/?"]), ("a=%2F", ["a=/"]),
        ]
    )
    func items(_ text: String, _ expected: [String]) throws {
        #expect(try query(text).items().map { "\($0.name)=\($0.value)" } == expected)
    }

    @Test(
        "What cannot be decoded is refused",
        arguments: [
            "a=%", "a=%4", "a=%zz", "a=%4g", "a=%+1", "%=1", "a=%00", "a=\0", "a=%C3", "a=%ED%A0%80", "a=%C0%AF",
            "a=%FF", "a=%u0041",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: InvalidQuery.malformed) { try query(text).items() }
    }

    @Test("Fields are read, and all that is wrong is named at once")
    func fields() throws {
        let id = UUID()
        let text = "n=5&flag=false&id=\(id)&from=2025-12-04T12:00:00Z&day=2025-12-04&event=login&text=+a+&word=a_b"
        var right = try QueryReader(query(text))
        #expect(right.int("n", in: 0...10) == 5)
        #expect(right.bool("flag") == false)
        #expect(right.uuid("id") == id)
        #expect(right.date("from") == Date(timeIntervalSince1970: 1_764_849_600))
        #expect(right.day("day") == CivilDate(year: 2025, month: 12, day: 4))
        #expect(right.choice("event", among: ["login", "logout"]) == "login")
        #expect(right.text("text", .line(1...3)) == "a")
        #expect(right.word("word", 3...3, like: "log_in") == "a_b")
        #expect(right.int("absent", in: 0...1) == nil)
        try right.finish()

        let mistakes = "n=1.0&flag=yes&id=1&from=now&day=x&event=Login&text=&twice=1&twice=1&word=a-b"
        var wrong = try QueryReader(query(mistakes))
        _ = wrong.int("n", in: 0...10)
        _ = wrong.bool("flag")
        _ = wrong.uuid("id")
        _ = wrong.date("from")
        _ = wrong.day("day")
        _ = wrong.choice("event", among: ["login"])
        _ = wrong.text("text", .line(1...3))
        _ = wrong.int("twice", in: 0...10)
        _ = wrong.word("word", 3...3, like: "log_in")
        #expect(
            throws: InvalidQuery.fields([
                FieldError("n", .malformed(expected: .integer)), FieldError("flag", .malformed(expected: .boolean)),
                FieldError("id", .malformed(expected: .uuid)), FieldError("from", .malformed(expected: .timestamp)),
                FieldError("day", .malformed(expected: .date)), FieldError("event", .notAllowed(allowed: ["login"])),
                FieldError("text", .tooShort(minimum: 1)), FieldError("twice", .repeated),
                FieldError("word", .malformed(expected: .word(example: "log_in"))),
            ])
        ) { try wrong.finish() }
    }
}

@Suite("Pages")
struct PageRequestTests {
    private static let rules = PageRequest.Rules(sorts: ["id", "username"], order: .descending, limit: 20)

    private func page(_ text: String) throws -> PageRequest {
        var reader = try QueryReader(Query(Array(text.utf8)[...]))
        let page = PageRequest(&reader, Self.rules)
        try reader.finish()
        return page
    }

    @Test("What is not asked for is the list's default")
    func defaults() throws {
        let page = try page("")
        #expect(page.page == 1 && page.limit == 20 && page.sort == "id" && page.order == .descending)
        #expect(page.search == nil && page.offset == 0)
    }

    @Test("What is asked for is taken")
    func taken() throws {
        let page = try page("page=3&limit=100&sort=username&order=aSc&search=100%25")
        #expect(page.offset == 200 && page.limit == 100 && page.sort == "username" && page.order == .ascending)
        #expect(page.search == "100%")
    }

    @Test(
        "What is out of range, malformed, unknown or repeated is refused, and nothing traps",
        arguments: [
            "page=0", "page=-1", "page=9223372036854775807", "page=9223372036854775808", "page=1e9", "page=1000000000",
            "page=1.0", "page=+1", "page=", "page=%31%20", "page=٣", "page=1&page=1", "limit=0", "limit=101",
            "limit=9223372036854775807", "limit=-9223372036854775808", "limit=x", "limit=1&limit=2",
            "sort=password_hash", "sort=salario", "sort=ID", "sort=id;--", "sort=%27", "sort=", "sort=id&sort=id",
            "sort=(select%201)", "order=up", "order=", "order=ascending", "order=DESC%00", "search=a&search=b",
            "search=\(String(repeating: "x", count: 10_240))", "search=a%0Ab", "order=de%C5%BFc",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: InvalidQuery.self) { try page(text) }
    }

    @Test("The farthest page's offset is far from overflowing")
    func farthest() throws {
        #expect(try page("page=1000000&limit=100").offset == 99_999_900)
    }
}
