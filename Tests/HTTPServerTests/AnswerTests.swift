import HTTP
import Reactor
import Support
import Testing

@testable import HTTPServer

@Suite("Answers")
struct AnswerTests {
    private static let security = [
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy":
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Permitted-Cross-Domain-Policies": "none",
        "X-DNS-Prefetch-Control": "off",
        "X-Download-Options": "noopen",
        "X-XSS-Protection": "0",
        "Origin-Agent-Cluster": "?1",
        "Cache-Control": "no-store",
    ]

    @Test("Every answer carries the security headers, a date and an id, once each", arguments: ["GET", "get", "TRACE"])
    func carriesSecurityHeaders(_ method: String) async throws {
        try await withServer { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request(method, "/")
            for (name, value) in Self.security { #expect(answer[name] == value) }
            #expect(answer["Permissions-Policy"]?.isEmpty == false)
            #expect(answer["Date"]?.hasSuffix(" GMT") == true)
            #expect(answer["X-Request-Id"] == server.journal.entries.last?.id)
            let names = answer.headers.map { $0.name.lowercased() }
            #expect(Set(names).count == names.count)
            #expect(answer["Server"] == nil)
        }
    }

    @Test(
        "A client's request id is kept if it is printable and short, also when the request is refused",
        arguments: [
            ("abc", true), ("A.b_c-9", true), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false), ("a b", false), ("a\"b", false), ("\u{e9}", false),
            ("", false),
        ]
    )
    func keepsRequestIDs(_ id: String, _ isKept: Bool) async throws {
        try await withServer { server in
            for method in ["GET", "BREW"] {
                let client = HTTPClient(to: server.port, on: server.loop)
                let answer = try await client.request(method, "/", headers: [("X-Request-Id", id)])
                #expect((answer["X-Request-Id"] == id) == isKept)
                #expect(answer["X-Request-Id"]?.isEmpty == false)
            }
        }
    }

    @Test("The log is told of every request once, without its query")
    func reportsRequests() async throws {
        try await withServer { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            _ = try await client.request("GET", "/a?token=secret", headers: [("X-Request-Id", "one")])
            _ = try await client.request("POST", "/b", headers: [("X-Request-Id", "two")], body: "hello")
            _ = try await client.request("GET", "/c", headers: [("X-Request-Id", "three"), ("Host", "b b")])
            let entries = server.journal.entries
            let peer = "127.0.0.1"
            let size = entries.last?.bytes ?? 0
            #expect(
                entries == [
                    Journal.Entry(method: .get, path: "/a", status: 200, bytes: 2, client: peer, id: "one"),
                    Journal.Entry(method: .post, path: "/b", status: 200, bytes: 5, client: peer, id: "two"),
                    Journal.Entry(method: .get, path: "/c", status: 400, bytes: size, client: peer, id: "three"),
                ]
            )
        }
    }

    @Test("A handler's own fields are sent, and no value begins another one")
    func sendsFields() async throws {
        let headers = [Response.Header("Location", "/a\r\nSet-Cookie: b"), Response.Header("Retry-After", "5")]
        try await withServer(respond: { _ in Response(status: 201, headers: headers) }) { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request("GET", "/")
            #expect(answer["Location"] == "/a  Set-Cookie: b")
            #expect(answer["Set-Cookie"] == nil)
            #expect(answer["Retry-After"] == "5")
            #expect(answer["Content-Type"] == nil)
            #expect(answer["Content-Length"] == "0")
        }
    }

    @Test(
        "Whoever words refusals is told the target, as far as the first line tells one",
        arguments: [
            ("GET /a HTTP/1.1\r\nHost: b b\r\n\r\n", "400 /a"),
            ("BREW /a?b HTTP/1.1\r\nHost: b\r\n\r\n", "501 /a?b"),
            ("GET /a HTTP/1.1\r\nHost: b\r\n folded\r\n\r\n", "400 /a"),
            ("GET /a HTTP/9.1\r\nHost: b\r\n\r\n", "505 /a"),
            ("GET /a HTTP/1.1\r\nX: \(String(repeating: "x", count: 17_000))", "431 /a"),
            ("GET /\(String(repeating: "a", count: 9000))", "414 /\(String(repeating: "a", count: 9000))"),
            ("GET a HTTP/1.1\r\n\u{1}", "400 "),
            ("\u{1}", "400 "), ("GET\r\n\r\n", "400 "),
        ]
    )
    func tellsTargets(_ request: String, _ told: String) async throws {
        let complete: Listener.RefusalCompleter = { response, request in
            let target = String(decoding: request.head.text[request.head.target.indices], as: UTF8.self)
            response.body = Array("\(request.reason.status) \(target)".utf8)
        }
        try await withServer(completeRefusal: complete) { server in
            let client = try await server.connect()
            try await client.send(request)
            #expect(try await client.answer().text == told)
        }
    }

    @Test("A refusal can be given what the request's head makes it carry")
    func completesRefusals() async throws {
        let complete: Listener.RefusalCompleter = { response, request in
            let origin = request.head.value(of: "Origin").map { String(decoding: $0, as: UTF8.self) } ?? "none"
            response.headers.append(Response.Header("Access-Control-Allow-Origin", origin))
        }
        try await withServer(completeRefusal: complete) { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let fields = [("Origin", "https://a"), ("Content-Length", "70000")]
            let answer = try await client.request("POST", "/", headers: fields)
            #expect(answer.status == 413)
            #expect(answer["Access-Control-Allow-Origin"] == "https://a")
        }
    }

    @Test("A refusal is worded in the language that the request's head asks for")
    func wordsRefusals() async throws {
        try await withServer { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let fields = [("Accept-Language", "es-AR"), ("Content-Length", "70000")]
            let answer = try await client.request("POST", "/", headers: fields)
            #expect(answer.status == 413)
            #expect(answer["Content-Language"] == "es")
            #expect(answer.text.contains("El cuerpo de la solicitud es demasiado grande; envíe menos."))
        }
    }

    @Test(
        "Every refusal is a problem that says what would be right",
        arguments: Refusal.allCases,
        HTTP.Language.allCases
    )
    func explainsRefusals(_ refusal: Refusal, in language: HTTP.Language) throws {
        let response = refusal.response(in: language)
        #expect((400..<600).contains(response.status))
        #expect(response.contentType == .problem)
        #expect("\(StatusTitle.english(response.status))" != "Error")
        let text = String(decoding: response.body, as: UTF8.self)
        let title = StatusTitle.text(for: response.status, in: language)
        let beginning = #"{"type":"about:blank","title":"\#(title)","status":"#
        #expect(text.hasPrefix(beginning))
        let detail = refusal.detail(in: language).description
        #expect(text.hasSuffix(#""status":\#(refusal.status),"detail":"\#(detail)"}"#))
        #expect(detail.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != 0x22 && $0 != 0x5c })
        #expect(detail.contains(";") && detail.hasSuffix("."))
    }

    @Test(
        "Dates are as RFC 9110 writes them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (1_735_689_600, "Wed, 01 Jan 2025 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] as [(Int, String)]
    )
    func writesDates(_ seconds: Int, _ text: String) {
        var bytes: [UInt8] = []
        bytes.append(httpDate: seconds)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test("Numbers are written in decimal", arguments: [0, 7, 10, 1000, 65_536, -12, Int.max, Int.min])
    func writesNumbers(_ number: Int) {
        var bytes = Array("x".utf8)
        bytes.append(decimal: number)
        #expect(String(decoding: bytes, as: UTF8.self) == "x\(number)")
    }
}

extension StaticString {
    fileprivate var isEmpty: Bool { utf8CodeUnitCount == 0 }
}
