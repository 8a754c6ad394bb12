import HTTP
import Testing

@Suite("Requests")
struct RequestTests {
    @Test("Methods are known by their exact names alone")
    func methods() {
        for method in Method.allCases { #expect(Method(name: method.name.description.utf8.span) == method) }
        for name in ["", "get", "Get", "GETS", "GE", "TRACE", "CONNECT", "G=T", "POST "] {
            #expect(Method(name: name.utf8.span) == nil)
        }
    }

    @Test(
        "The target is split at the first question mark",
        arguments: [
            ("/auth/me", "/auth/me", ""), ("/a?", "/a", ""), ("/a?b=c", "/a", "b=c"), ("/a?b?c", "/a", "b?c"),
            ("?", "", ""), ("*", "*", ""), ("", "", ""), ("/%3F?x", "/%3F", "x"),
        ]
    )
    func targets(_ target: String, _ path: String, _ query: String) {
        let request = Request(.get, target)
        #expect(request.path == path)
        #expect(String(decoding: request.query.bytes, as: UTF8.self) == query)
    }

    @Test("Headers are found by name in any case; the first one counts, and all can be had")
    func headers() {
        let request = Request(
            .get,
            "/",
            headers: [("Accept", "a"), ("X-Request-ID", "id-1"), ("accept", "b"), ("Empty", "")]
        )
        #expect(request.header("x-request-id") == "id-1")
        #expect(request.header("X-REQUEST-ID") == "id-1")
        #expect(request.header("accept") == "a")
        #expect(request.header("empty") == "")
        #expect(request.header("accep") == nil)
        #expect(request.header("x_request_id") == nil)
        #expect(request.head.values(of: "ACCEPT").map { String(decoding: $0, as: UTF8.self) } == ["a", "b"])
    }

    @Test("A header that is not UTF-8 has bytes, but no text")
    func headersThatAreNotText() {
        let head = RequestHead(
            text: [0x2f, 0x61, 0xff],
            fields: [.init(name: ByteRange(start: 1, count: 1), value: ByteRange(start: 2, count: 1))],
            method: .get,
            target: ByteRange(start: 0, count: 1)
        )
        let request = Request(head: head, client: NetworkAddress(ipv4: 1), id: .unassigned)
        #expect(request.header("a") == nil)
        #expect(request.headerBytes("a") == [0xff])
    }

    @Test("A request id that a client sends is taken if it is short and plain")
    func requestIDs() {
        func taken(_ text: String) -> Bool { RequestID(Array(text.utf8)[...])?.text == text }
        #expect(taken("a") && taken("0aZ._-") && taken(String(repeating: "x", count: 128)))
        for text in ["", "a b", "a\n", "a\0", "ñ", "a/b", "a{", "[a", "a@", "`", String(repeating: "x", count: 129)] {
            #expect(!taken(text))
        }
    }

    @Test("The ids we make are ids a client could send, and all differ")
    func madeIDs() {
        var source = RequestIDSource()
        let ids = (0..<10_000).map { _ in source.next() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { RequestID(Array($0.text.utf8)[...]) == $0 })
    }
}
