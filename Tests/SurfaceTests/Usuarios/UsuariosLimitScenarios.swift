import Support
import Testing

@Suite(
    "The usuarios surface: limits and headers",
    .serving([
        "PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_TRUSTED_PROXIES": "127.0.0.9/32",
        "PORTERO_CORS_ORIGINS": "https://panel.example",
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

    @Test("Nobody is believed what they say about where they come from")
    func spoofing() async throws {
        let liar = try site.usuarios(from: "127.0.0.41")
        var passed = 0
        for number in 0..<120 {
            let address = "198.51.100.\(number)"
            let reply = try await liar.get(
                "/api/roles",
                headers: [("X-Forwarded-For", address), ("X-Real-IP", address), ("Forwarded", "for=\(address)")]
            )
            if reply.status != 429 { passed += 1 }
        }
        #expect(passed == 100)
    }

    @Test("Behind a trusted proxy each address counts by itself, and an IPv6 /64 as one")
    func proxies() async throws {
        let proxy = try site.usuarios(from: "127.0.0.9")
        func ask(_ address: String) async throws -> Int {
            try await proxy.get("/api/roles", headers: [("X-Forwarded-For", address)]).status
        }
        for host in 0..<100 { #expect(try await ask("2001:db8:1:1::\(host)") == 401) }
        #expect(try await ask("2001:db8:1:1:ffff::1") == 429)
        #expect(try await ask("2001:db8:1:2::1") == 401)
        #expect(try await ask("203.0.113.9") == 401)
    }

    @Test("Behind a trusted proxy the rightmost address that is none of ours counts, however it is written")
    func hops() async throws {
        let proxy = try site.usuarios(from: "127.0.0.9")
        func ask(_ hops: String) async throws -> Int {
            try await proxy.get(
                "/api/roles",
                headers: [("X-Forwarded-For", hops), ("X-Real-IP", "198.51.100.1"), ("Forwarded", "for=198.51.100.1")]
            ).status
        }
        let same = ["203.0.113.70", "::ffff:203.0.113.70", "::FFFF:CB00:7146", "203.0.113.70, 127.0.0.9"]
        for number in 0..<100 { #expect(try await ask("198.51.100.\(number), \(same[number % 4])") == 401) }
        for hops in same + ["203.0.113.71, 203.0.113.70"] { #expect(try await ask(hops) == 429, "\(hops)") }
        #expect(try await ask("203.0.113.70, 203.0.113.71") == 401)
        let net = ["2001:db8:5:5::1", "2001:DB8:5:5:0:0:0:2", "2001:db8:5:5:ffff:ffff:ffff:ffff"]
        for number in 0..<100 { #expect(try await ask(net[number % 3]) == 401) }
        for address in net + ["2001:db8:5:5:0:1::"] { #expect(try await ask(address) == 429, "\(address)") }
        #expect(try await ask("2001:db8:5:6::1") == 401)
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

    @Test(
        "What is refused before it is read counts like every request, and says what is left",
        arguments: [
            ("127.0.0.43", "POST /api/usuarios HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n", 413),
            ("127.0.0.44", "GET /api/roles HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
            ("127.0.0.45", "nonsense\r\n\r\n", 400),
        ]
    )
    func refusals(_ address: String, _ request: String, _ status: Int) async throws {
        let visitor = try site.usuarios(from: address)
        for asked in 0..<50 {
            #expect(try await visitor.get("/api/roles").status == 401)
            let answer = try await send(request, from: address)
            #expect(answer.status == status)
            #expect(answer["RateLimit"]?.hasPrefix("\"minute\";r=\(98 - 2 * asked);t=") == true)
        }
        let answer = try await send(request, from: address)
        #expect(Reply(answer).shape == "429 {message: string}")
        #expect(Int(answer["Retry-After"] ?? "") != nil)
        #expect(answer["RateLimit"]?.hasPrefix("\"minute\";r=0;t=") == true)
    }

    private func send(_ request: String, from address: String) async throws -> Answer {
        try await RawClient.ask(#require(site.server.usuariosPort), request, from: address)
    }

    @Test("A browser's preflight for an allowed origin costs nothing, and is answered also when nothing is left")
    func preflights() async throws {
        let visitor = try site.usuarios(from: "127.0.0.46")
        func preflight(_ origin: String) async throws -> Reply {
            try await visitor.send(
                "OPTIONS",
                "/api/roles",
                headers: [("Origin", origin), ("Access-Control-Request-Method", "GET")]
            )
        }
        for left in (0..<100).reversed() {
            #expect(try await preflight("https://panel.example").status == 204)
            let reply = try await visitor.get("/api/roles")
            #expect(reply.header("RateLimit")?.hasPrefix("\"minute\";r=\(left);t=") == true)
        }
        #expect(try await visitor.get("/api/roles").status == 429)
        #expect(try await preflight("https://panel.example").status == 204)
        #expect(try await preflight("https://otro.example").status == 429)
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
