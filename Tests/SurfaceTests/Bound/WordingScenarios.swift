import Support
import Testing

/// Each contract words also what none of its handlers gets to see.
@Suite("What no handler sees", .serving(Staff.listening), .timeLimit(.minutes(10)))
struct WordingScenarios {
    /// A contract with a path that takes a body, and what its refusals look like.
    struct Manner: Sendable, CustomTestStringConvertible {
        let contract: Contract
        let path: String
        let shape: String
        var type = "application/json; charset=utf-8"

        var testDescription: String { contract.rawValue }

        static let all = [
            Manner(
                contract: .escapeRoom,
                path: "/auth/login",
                shape: "{detail: string, status: integer, title: string, type: string}",
                type: "application/problem+json; charset=utf-8"
            ),
            Manner(
                contract: .sessionTracking,
                path: "/login",
                shape: "{detail: string, status: integer, title: string, type: string}",
                type: "application/problem+json; charset=utf-8"
            ),
            Manner(
                contract: .ingeocimyc,
                path: "/api/auth/login",
                shape: "{error: string, message: string, statusCode: integer}"
            ),
            Manner(contract: .sesiones, path: "/sesiones", shape: "{error: string, message: string}"),
            Manner(contract: .usuarios, path: "/api/auth/login", shape: "{message: string}"),
        ]

        /// What is refused about a request to the path, and by which status.
        var requests: [(text: String, status: Int)] {
            // Sesiones looks at who asks first.
            let untyped = contract == .sesiones ? 401 : 415
            return [
                ("GET \(path)/nada HTTP/1.1\r\nHost: a\r\n\r\n", 404),
                ("PATCH \(path) HTTP/1.1\r\nHost: a\r\n\r\n", 405),
                ("TRACE \(path) HTTP/1.1\r\nHost: a\r\n\r\n", 405),
                ("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n", 413),
                ("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", untyped),
                ("GET \(path) HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 17_000))\r\n\r\n", 431),
                ("GET \(path) HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: x\r\n", count: 101))\r\n", 431),
                ("GET \(path)?\(String(repeating: "x", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                ("GET \(path) HTTP/1.1\r\n\r\n", 400), ("GET \(path) HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
                ("GET \(path) HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400),
                ("BREW \(path) HTTP/1.1\r\nHost: a\r\n\r\n", 501),
                ("GET \(path) HTTP/9.9\r\nHost: a\r\n\r\n", 505),
                ("GET \(path) HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
            ]
        }
    }

    let site: Site

    init() throws {
        site = try Site.here()
    }

    private func ask(_ text: String, _ contract: Contract) async throws -> Answer {
        let port = try contract == .usuarios ? #require(site.server.usuariosPort) : site.server.port
        return try await RawClient.ask(port, text)
    }

    @Test("Every refusal has the body that its contract's refusals have", arguments: Manner.all)
    func bodies(manner: Manner) async throws {
        for (text, status) in manner.requests {
            let reply = Reply(try await ask(text, manner.contract))
            #expect(reply.shape == "\(status) \(manner.shape)", "\(text.prefix(60))")
            #expect(reply.header("Content-Type") == manner.type, "\(text.prefix(60))")
            #expect(reply.header("X-Content-Type-Options") == "nosniff" && reply.header("X-Request-Id") != nil)
            #expect((reply.header("Allow") != nil) == (status == 405))
            #expect(reply.answer.headers.count { $0.name == "Content-Language" } <= 1)
        }
    }

    @Test("Where no path could be read, a listener answers as its first contract does")
    func noPath() async throws {
        for text in ["\u{1}\r\n\r\n", "GET\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", "GET nada HTTP/1.1\r\nHost: a\r\n\r\n"] {
            #expect(Reply(try await ask(text, .usuarios)).shape == "400 {message: string}")
            #expect(Reply(try await ask(text, .escapeRoom)).shape == Reply.problem(400))
        }
    }
}
