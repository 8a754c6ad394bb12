import HTTP
import Testing

@Suite("CORS")
struct CORSTests {
    private static let allowed = "https://app.example.com"

    private static func router() throws -> Router {
        let origins = try [allowed, "http://localhost:5173"].map { try #require(CORSPolicy.Origin($0)) }
        return Router(
            [TestSurface("main", "GET /auth/me", "POST /auth/login", "GET /auth/sessions/{id}")],
            cors: CORSPolicy(origins: origins)
        )
    }

    private func answer(
        _ method: Method,
        _ path: String,
        origin: String?,
        _ more: [(name: String, value: String)] = []
    ) async throws -> Response {
        let headers = origin.map { [(name: "Origin", value: $0)] } ?? []
        return try await Self.router().respond(to: Request(method, path, headers: headers + more))
    }

    @Test("An allowed origin is echoed exactly, whatever the answer", arguments: [200, 404, 405, 429, 400])
    func allowedOrigins(_ status: Int) async throws {
        let line: (method: Method, path: String, more: [(name: String, value: String)]) =
            switch status {
            case 404: (.get, "/nothing", [])
            case 405: (.get, "/auth/login", [])
            case 429: (.get, "/auth/me", [("X-Fail", "1")])
            case 400: (.get, "/auth/sessions/%00", [])
            default: (.get, "/auth/me", [])
            }
        let response = try await answer(line.method, line.path, origin: Self.allowed, line.more)
        #expect(response.status == status)
        #expect(response.values("Access-Control-Allow-Origin") == [Self.allowed])
        #expect(response.values("Vary") == ["Origin"])
        let exposed = ["RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"]
        #expect(response.values("Access-Control-Expose-Headers") == exposed)
        #expect(response.values("Access-Control-Allow-Credentials").isEmpty)
    }

    @Test(
        "Nothing near an allowed origin is allowed",
        arguments: [
            nil, "null", "", "https://app.example.com.evil", "https://evil-app.example.com", "http://app.example.com",
            "https://APP.example.com", "HTTPS://app.example.com", "https://app.example.com:443",
            "https://app.example.com:8443", "https://app.example.com/", "https://app.example.co", "https://example.com",
            "https://x.app.example.com", "https://app.example.com https://evil", "*", "https://app.example.com\0",
            "http://localhost:5174", "http://localhost",
        ]
    )
    func otherOrigins(_ origin: String?) async throws {
        for method in [Method.get, .options] {
            let response = try await answer(
                method,
                "/auth/me",
                origin: origin,
                [("Access-Control-Request-Method", "GET")]
            )
            #expect(response.headers.allSatisfy { !$0.name.description.hasPrefix("Access-Control") })
            #expect(response.values("Vary") == ["Origin"])
        }
    }

    @Test("What the server answers by itself can be exposed alike")
    func serverAnswers() throws {
        let router = try Self.router()
        var response = Response(status: 413)
        router.expose(&response, to: RequestHead(.post, "/auth/login", headers: [("Origin", Self.allowed)]))
        #expect(response.values("Access-Control-Allow-Origin") == [Self.allowed])
        var other = Response(status: 413)
        router.expose(&other, to: RequestHead(.post, "/auth/login", headers: [("Origin", "null")]))
        #expect(other.values("Access-Control-Allow-Origin").isEmpty)
    }

    @Test("Two origins in one request are none")
    func twoOrigins() async throws {
        let response = try await answer(.get, "/auth/me", origin: Self.allowed, [("Origin", Self.allowed)])
        #expect(response.values("Access-Control-Allow-Origin").isEmpty)
    }

    @Test(
        "A preflight is answered for every path and method",
        arguments: [
            ("/auth/me", "GET, HEAD, OPTIONS"), ("/auth/login", "POST, OPTIONS"),
            ("/auth/sessions/7", "GET, HEAD, OPTIONS"),
        ]
    )
    func preflights(_ path: String, _ methods: String) async throws {
        let response = try await answer(
            .options,
            path,
            origin: "http://localhost:5173",
            [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
        )
        #expect(response.status == 204 && response.body.isEmpty)
        #expect(response.values("Access-Control-Allow-Origin") == ["http://localhost:5173"])
        #expect(response.values("Access-Control-Allow-Methods") == [methods])
        #expect(
            response.values("Access-Control-Allow-Headers")
                == ["authorization, content-type, x-request-id, x-auth-token, x-service-key"]
        )
        #expect(response.values("Access-Control-Max-Age") == ["600"])
        #expect(response.values("Vary") == ["Origin"])
    }

    @Test("Without configured origins there is no word of CORS")
    func nothingConfigured() async {
        let router = Router([TestSurface("main", "GET /auth/me")])
        for method in [Method.get, .options] {
            let request = Request(
                method,
                "/auth/me",
                headers: [("Origin", Self.allowed), ("Access-Control-Request-Method", "GET")]
            )
            let response = await router.respond(to: request)
            #expect(response.headers.allSatisfy { $0.name.description == "Allow" })
        }
    }

    @Test(
        "Origins are configured as browsers send them",
        arguments: [
            ("https://app.example.com", true), ("http://localhost:5173", true), ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true), ("https://xn--d1acufc.example", true), ("https://app.example.com:8443", true),
            ("https://app.example.com/", false), ("https://app.example.com/x", false),
            ("https://App.example.com", false),
            ("https://app.example.com:443", false), ("http://localhost:80", false), ("app.example.com", false),
            ("https://", false), ("https://:8080", false), ("null", false), ("*", false),
            ("https://*.example.com", false),
            ("ftp://example.com", false), ("https://a b", false), ("https://user@example.com", false), ("", false),
            ("http://localhost:0", false), ("http://localhost:65536", false), ("http://localhost:", false),
            ("http://localhost:+80", false), ("http://localhost:08080", false), ("https://a,https://b", false),
            ("http://[::1", false), ("http://[x]", false), ("https://a.example?x", false),
        ]
    )
    func configuredOrigins(_ text: String, _ isOrigin: Bool) {
        #expect((CORSPolicy.Origin(text) != nil) == isOrigin)
    }
}
