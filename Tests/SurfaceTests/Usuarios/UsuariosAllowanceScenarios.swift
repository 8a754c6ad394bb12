import Support
import Testing

/// For whom a request counts: windows of an hour, in which a machine may be as slow as it likes.
@Suite(
    "The usuarios surface: for whom a request counts",
    .serving([
        "PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_TRUSTED_PROXIES": "127.0.0.9/32",
        "PORTERO_CORS_ORIGINS": "https://panel.example", "PORTERO_RATE_LIMIT_PER_MINUTE": "0",
        "PORTERO_RATE_LIMIT_PER_HOUR": "100",
    ]),
    .timeLimit(.minutes(10))
)
struct UsuariosAllowanceScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
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
            #expect(answer["RateLimit"]?.hasPrefix("\"hour\";r=\(98 - 2 * asked);t=") == true)
        }
        let answer = try await send(request, from: address)
        #expect(Reply(answer).shape == "429 {message: string}")
        #expect(Int(answer["Retry-After"] ?? "") != nil)
        #expect(answer["RateLimit"]?.hasPrefix("\"hour\";r=0;t=") == true)
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
            #expect(reply.header("RateLimit")?.hasPrefix("\"hour\";r=\(left);t=") == true)
        }
        #expect(try await visitor.get("/api/roles").status == 429)
        #expect(try await preflight("https://panel.example").status == 204)
        #expect(try await preflight("https://otro.example").status == 429)
    }
}
