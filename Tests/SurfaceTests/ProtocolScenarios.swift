import Foundation
import Support
import Testing

@Suite(
    "What every answer has",
    .serving(["PORTERO_CORS_ORIGINS": "https://booking.example,http://localhost:5173", "PORTERO_LOCKOUT_ATTEMPTS": "0"]
    ),
    .timeLimit(.minutes(10))
)
struct ProtocolScenarios {
    static let paths = Set(Endpoint.all.map(\.path)).sorted()
    static let systemPaths = ["/healthz", "/readyz", "/.well-known/jwks.json"]

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func methods(of path: String) -> [String] {
        let known = Endpoint.all.filter { $0.path == path }.map(\.method)
        return known + (known.contains("GET") ? ["HEAD"] : []) + ["OPTIONS"]
    }

    private func target(_ path: String) -> String { path.replacing(/\{\w+\}/) { _ in UUID().uuidString } }

    @Test("Any other method is 405 with what is allowed, and a body that says so", arguments: paths)
    func methodNotAllowed(path: String) async throws {
        let allowed = methods(of: path)
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] where !allowed.contains(method) {
            let reply = try await visitor.send(method, target(path))
            #expect(reply.shape == Reply.problem(405), "\(method)")
            let allow = (reply.header("Allow") ?? "").split(separator: ", ").map(String.init)
            #expect(Set(allow) == Set(allowed), "\(method)")
        }
        guard !allowed.contains("HEAD") else { return }
        let head = try await visitor.send("HEAD", target(path))
        #expect(head.status == 405 && head.answer.body.isEmpty)
    }

    @Test("OPTIONS answers 204 with what is allowed", arguments: paths)
    func options(path: String) async throws {
        let reply = try await visitor.send("OPTIONS", target(path))
        #expect(reply.shape == "204")
        let allow = (reply.header("Allow") ?? "").split(separator: ", ").map(String.init)
        #expect(Set(allow) == Set(methods(of: path)))
        #expect(reply.header("Access-Control-Allow-Methods") == nil)
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        let token = try await site.session(of: site.person(), visitor).access
        for path in ["/auth/me", "/auth/sessions"] + Self.systemPaths {
            let get = try await visitor.get(path, token: token)
            let head = try await visitor.send("HEAD", path, token: token)
            #expect(get.status == 200 && head.status == 200)
            #expect(head.answer.body.isEmpty)
            #expect(head.header("Content-Length") == "\(get.answer.body.count)")
            #expect(head.steadyHeaders == get.steadyHeaders)
        }
    }

    @Test(
        "An unknown path is 404, whatever the method",
        arguments: [
            "/", "/auth", "/auth/", "/auth/login/", "/AUTH/login", "/auth/nothing", "//auth/login", "/auth//login",
            "/auth/./login",
            "/auth/x/../login", "/auth%2flogin", "/auth/%6cogin", "/auth/login;x=1", "/auth/sessions/a/b",
            "/auth/sessions/",
            "/index.html", "/.git/config", "/metrics",
        ]
    )
    func unknownPaths(path: String) async throws {
        for method in ["GET", "POST", "DELETE"] {
            #expect(try await visitor.send(method, path).shape == Reply.problem(404), "\(method)")
        }
    }

    @Test("Every answer has the security headers, whatever its status")
    func securityHeaders() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, visitor).access
        let replies = [
            try await visitor.get("/auth/me", token: token), try await visitor.get("/auth/me"),
            try await visitor.get("/nowhere"), try await visitor.get("/auth/login"),
            try await visitor.post("/auth/login"),
            try await visitor.send("OPTIONS", "/auth/login"), try await visitor.post("/auth/login", [:]),
            try await visitor.get("/healthz"), try await visitor.post("/auth/login", person.credentials),
            try await visitor.send("GET", "/" + String(repeating: "a", count: 9000)),
            try await site.visitor().send("POST", "/auth/login", body: String(repeating: "a", count: 70_000)),
        ]
        #expect(replies.map(\.status) == [200, 401, 404, 405, 415, 204, 400, 200, 200, 414, 413])
        for reply in replies {
            #expect(reply.header("X-Content-Type-Options") == "nosniff")
            #expect(reply.header("X-Frame-Options") == "DENY")
            #expect(reply.header("Referrer-Policy") == "no-referrer")
            #expect(reply.header("Cross-Origin-Opener-Policy") == "same-origin")
            #expect(reply.header("Cross-Origin-Resource-Policy") == "same-origin")
            #expect(reply.header("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
            #expect(reply.header("Strict-Transport-Security")?.hasPrefix("max-age=31536000") == true)
            #expect(reply.header("Cache-Control") == "no-store")
            #expect(reply.header("X-Request-Id")?.isEmpty == false)
            #expect(reply.header("Server") == nil && reply.header("X-Powered-By") == nil)
            let type = reply.header("Content-Type")
            if reply.answer.body.isEmpty { continue }
            #expect(type == (reply.status < 400 ? "application/json" : "application/problem+json") + "; charset=utf-8")
        }
    }

    @Test("A request's own id is answered and logged", arguments: ["a", "Ab9._-", String(repeating: "x", count: 128)])
    func ownRequestID(id: String) async throws {
        let reply = try await visitor.get("/auth/me", headers: [("X-Request-Id", id)])
        #expect(reply.header("X-Request-Id") == id)
        _ = try await eventually("a log line") { site.server.log.first { $0.contains("\"request_id\":\"\(id)\"") } }
    }

    @Test(
        "A request without a usable id gets one",
        arguments: [
            nil, "", "with space", "ñ", "<script>", String(repeating: "x", count: 129), "a\"b", "a,b",
        ] as [String?]
    )
    func madeRequestID(id: String?) async throws {
        let reply = try await visitor.get("/auth/me", headers: id.map { [("X-Request-Id", $0)] } ?? [])
        let made = try #require(reply.header("X-Request-Id"))
        #expect(made != id && (1...128).contains(made.utf8.count))
        #expect(made.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil)
    }

    @Test("Requests have different ids")
    func differentRequestIDs() async throws {
        var ids: Set<String> = []
        for _ in 0..<20 { ids.insert(try await visitor.get("/healthz").header("X-Request-Id") ?? "") }
        #expect(ids.count == 20)
    }

    @Test(
        "A page of a configured origin may read every answer, refusals too",
        arguments: ["https://booking.example", "http://localhost:5173"]
    )
    func allowedOrigins(origin: String) async throws {
        let replies = [
            try await visitor.get("/auth/me", headers: [("Origin", origin)]),
            try await visitor.post("/auth/login", [:], headers: [("Origin", origin)]),
            try await visitor.get("/nowhere", headers: [("Origin", origin)]),
            try await visitor.get("/healthz", headers: [("Origin", origin)]),
        ]
        for reply in replies {
            #expect(reply.header("Access-Control-Allow-Origin") == origin)
            #expect(reply.header("Access-Control-Allow-Credentials") == nil)
            #expect(reply.header("Vary") == "Origin")
            #expect(reply.header("Access-Control-Expose-Headers")?.contains("X-Request-Id") == true)
        }
    }

    @Test(
        "A page of any other origin may read none",
        arguments: [
            "null", "https://evil.example", "https://booking.example.evil.example", "https://evilbooking.example",
            "http://booking.example", "https://booking.example:8443", "https://BOOKING.example",
            "https://booking.example/",
            "https://sub.booking.example", "*", "http://localhost:51730",
        ]
    )
    func otherOrigins(origin: String) async throws {
        for method in ["GET", "OPTIONS"] {
            let reply = try await visitor.send(
                method,
                "/auth/me",
                headers: [("Origin", origin), ("Access-Control-Request-Method", "GET")]
            )
            #expect(!reply.answer.headers.contains { $0.name.lowercased().hasPrefix("access-control-") })
            #expect(reply.header("Vary") == "Origin")
        }
    }

    @Test("A preflight of a configured origin is told the methods and headers that it may use", arguments: paths)
    func preflight(path: String) async throws {
        let reply = try await visitor.send(
            "OPTIONS",
            target(path),
            headers: [
                ("Origin", "https://booking.example"), ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization,content-type"),
            ]
        )
        #expect(reply.shape == "204")
        #expect(reply.header("Access-Control-Allow-Origin") == "https://booking.example")
        let allowed = (reply.header("Access-Control-Allow-Methods") ?? "").split(separator: ", ").map(String.init)
        #expect(Set(allowed) == Set(methods(of: path)))
        let headers = reply.header("Access-Control-Allow-Headers") ?? ""
        #expect(headers.contains("authorization") && headers.contains("content-type"))
        #expect(reply.header("Access-Control-Max-Age") == "600")
    }

    @Test("The server says that it is alive and ready")
    func health() async throws {
        #expect(try await visitor.get("/healthz").json == ["status": "ok"])
        #expect(try await visitor.get("/readyz").json == ["status": "ready"])
        #expect(try await visitor.get("/.well-known/jwks.json").json == ["keys": []])
    }
}
