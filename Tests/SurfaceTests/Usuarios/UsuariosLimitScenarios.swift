import Support
import Testing

@Suite(
    "The usuarios surface: limits and headers",
    .serving([
        "PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_CORS_ORIGINS": "https://panel.example",
    ]),
    .timeLimit(.minutes(10))
)
struct UsuariosLimitScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("Of 200 requests at once, exactly 100 pass; the others are told when to come back")
    func exact() async throws {
        let visitors = try (0..<50).map { _ in try site.usuarios(from: "127.0.0.40") }
        let replies = try await withThrowingTaskGroup(of: [Reply].self) { group in
            for visitor in visitors {
                group.addTask {
                    var replies: [Reply] = []
                    for _ in 0..<4 { replies.append(try await visitor.get("/api/roles")) }
                    return replies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(replies.filter { $0.status == 401 }.count == 100)
        let refused = replies.filter { $0.status == 429 }
        #expect(refused.count == 100)
        for reply in refused {
            #expect(reply.shape == "429 {message: string}")
            let seconds = try #require(Int(reply.header("Retry-After") ?? ""))
            #expect((1...60).contains(seconds))
            #expect(reply.header("RateLimit")?.hasPrefix("\"minute\";r=0;t=\(seconds), \"hour\";r=900;t=") == true)
            #expect(reply.header("RateLimit-Policy") == "\"minute\";q=100;w=60, \"hour\";q=1000;w=3600")
        }
    }

    @Test("Of 1,100 requests of an hour, 1,000 pass")
    func hour() async throws {
        try await Site.serving(["PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_RATE_LIMIT_PER_MINUTE": "0"]) {
            site in
            let visitors = try (0..<10).map { _ in try site.usuarios() }
            let replies = try await withThrowingTaskGroup(of: [Reply].self) { group in
                for visitor in visitors {
                    group.addTask { try await (0..<110).asyncMap { _ in try await visitor.get("/api/roles") } }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(replies.count { $0.status == 401 } == 1000)
            let refused = replies.filter { $0.status == 429 }
            #expect(refused.count == 100)
            for reply in refused {
                let seconds = try #require(Int(reply.header("Retry-After") ?? ""))
                #expect((3400...3600).contains(seconds))
                #expect(reply.header("RateLimit") == "\"hour\";r=0;t=\(seconds)")
                #expect(reply.header("RateLimit-Policy") == "\"hour\";q=1000;w=3600")
            }
        }
    }

    @Test("Every answer has the security headers, and scripts of allowed origins may read the limits")
    func headers() async throws {
        let visitor = try site.usuarios(from: "127.0.0.42")
        let origin = [(name: "Origin", value: "https://panel.example")]
        for (method, path) in [
            ("GET", "/api/roles"), ("GET", "/nada"), ("PATCH", "/api/roles"), ("OPTIONS", "/api/roles"),
        ] {
            let reply = try await visitor.send(method, path, headers: origin)
            #expect(reply.header("Access-Control-Allow-Origin") == "https://panel.example")
            #expect(reply.header("Access-Control-Expose-Headers")?.contains("RateLimit") == true)
            #expect(reply.header("RateLimit")?.contains("\"minute\";r=") == true)
            for name in [
                "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
                "Origin-Agent-Cluster", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
                "X-DNS-Prefetch-Control", "X-Download-Options", "X-Frame-Options",
                "X-Permitted-Cross-Domain-Policies", "X-XSS-Protection", "X-Request-Id",
            ] { #expect(reply.header(name) != nil, "\(name)") }
        }
        let stranger = try await visitor.get("/api/roles", headers: [("Origin", "https://otro.example")])
        #expect(stranger.header("Access-Control-Allow-Origin") == nil)
        #expect(try await visitor.get("/nada").answer.text == #"{"message":"Recurso no encontrado"}"#)
        let large = try await visitor.post("/api/usuarios", .string(String(repeating: "a", count: 70_000)))
        #expect(large.shape == "413 {message: string}")
    }
}
