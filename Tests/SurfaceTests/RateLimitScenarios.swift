import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Limits per address",
    .serving([
        "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "30", "PORTERO_TRUSTED_PROXIES": "127.0.0.1/32,10.0.0.0/8",
        "PORTERO_LOCKOUT_ATTEMPTS": "0",
    ]),
    .timeLimit(.minutes(10))
)
struct RateLimitScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private static let nonsense: JSONText = ["refresh_token": "nobody's"]

    /// What a request by way of a trusted proxy is answered: 401, or 429 once the address has had its share.
    private func ask(as forwarded: String) async throws -> Reply {
        try await visitor.post("/auth/refresh", Self.nonsense, headers: [("X-Forwarded-For", forwarded)])
    }

    /// Asks until it is refused.
    ///
    /// An allowance grows by one request in two seconds: whoever asks faster runs out of it.
    private func exhaust(_ ask: (Int) async throws -> Reply) async throws {
        for number in 0..<500 where try await ask(number).status == 429 { return }
        Issue.record("500 requests were let in")
    }

    private func exhaust(_ forwarded: String) async throws {
        try await exhaust { _ in try await ask(as: forwarded) }
    }

    /// What is answered once nothing is left; two seconds later one more request passes, so it is asked again.
    private func refusal(of forwarded: String, _ ask: () async throws -> Reply) async throws -> Reply {
        for _ in 0..<50 {
            try await exhaust(forwarded)
            let reply = try await ask()
            if reply.status == 429 { return reply }
        }
        return try await ask()
    }

    @Test("Of requests at once from one address, exactly the allowance passes; the others are told when to come back")
    func exact() async throws {
        let started = ContinuousClock.now
        let replies = try await site.atOnce(64, from: "127.0.0.30") { visitor, _ in
            [
                try await visitor.post("/auth/refresh", Self.nonsense),
                try await visitor.post("/auth/refresh", Self.nonsense),
            ]
        }.flatMap(\.self)
        let seconds = Double((ContinuousClock.now - started).components.seconds + 1)
        let passed = replies.filter { $0.status == 401 }.count
        // One more comes to be allowed every two seconds.
        #expect((30...30 + Int(seconds / 2)).contains(passed))
        let refused = replies.filter { $0.status == 429 }
        #expect(refused.count == 128 - passed)
        for reply in refused {
            #expect(reply.shape == Reply.problem(429))
            #expect((1...3).contains(Int(reply.header("Retry-After") ?? "") ?? 0))
        }
    }

    @Test("Whoever is refused where they are no member leaves rows up to an allowance, and is answered alike beyond it")
    func strangers() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, site.visitor(from: "127.0.0.39")).access
        let started = ContinuousClock.now
        for _ in 0..<60 {
            let reply = try await visitor.get(
                "/api/auth/profile",
                token: token,
                headers: [("X-Forwarded-For", "203.0.113.39")]
            )
            #expect(reply.status == 403)
        }
        let seconds = Double((ContinuousClock.now - started).components.seconds + 1)
        let rows = try await site.database.count(
            "SELECT count(*) FROM portero.auth_logs WHERE event = 'authz_fail' AND address = '203.0.113.39'"
        )
        #expect((30...30 + Int(seconds / 2)).contains(rows))
    }

    @Test("After the seconds of Retry-After another request passes")
    func retryAfter() async throws {
        try await exhaust("203.0.113.1")
        let reply = try await ask(as: "203.0.113.1")
        guard reply.status == 429 else { return }
        let seconds = try #require(Int(reply.header("Retry-After") ?? ""))
        try await Task.sleep(for: .seconds(seconds))
        #expect(try await ask(as: "203.0.113.1").status == 401)
    }

    @Test("Everything that can be abused from far away shares the allowance; what needs a token does not")
    func shared() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, site.visitor(from: "127.0.0.31")).access
        let forwarded = [(name: "X-Forwarded-For", value: "203.0.113.2")]
        for endpoint in Endpoint.all where !endpoint.needsToken {
            let reply = try await refusal(of: "203.0.113.2") {
                let email = JSONText.string(Site.newEmail())
                return try await visitor.send(
                    endpoint.method,
                    endpoint.target,
                    body: endpoint.body(endpoint.fields.contains { $0.name == "email" } ? ["email": email] : [:]).text,
                    headers: forwarded
                )
            }
            #expect(reply.shape == Reply.problem(429), "\(endpoint)")
        }
        for _ in 0..<40 {
            #expect(try await visitor.get("/auth/me", token: token, headers: forwarded).status == 200)
        }
    }

    @Test(
        "The older contracts' logins and registrations share it too, and refuse in their own words",
        arguments: zip([Contract.sessionTracking, .ingeocimyc], ["203.0.113.20", "203.0.113.21"])
    )
    func sharedByOlderContracts(contract: Contract, address: String) async throws {
        for endpoint in Endpoint.of(contract) where !endpoint.needsToken && endpoint.path != "/logout" {
            let reply = try await refusal(of: address) {
                try await visitor.post(
                    endpoint.path,
                    endpoint.body(["email": .string(Site.newEmail())]),
                    headers: [("X-Forwarded-For", address)]
                )
            }
            #expect(reply.shape == contract.refusal(429), "\(endpoint)")
            #expect((1...3).contains(Int(reply.header("Retry-After") ?? "") ?? 0), "\(endpoint)")
        }
    }

    @Test("Ending sessions by number and what takes a password have an allowance each, whichever is used up first")
    func logoutByNumber() async throws {
        func end(as forwarded: String) async throws -> Reply {
            try await visitor.post("/logout", ["session_id": 7], headers: [("X-Forwarded-For", forwarded)])
        }
        try await exhaust("203.0.113.8")
        #expect(try await end(as: "203.0.113.8").status == 404)
        try await exhaust { _ in try await end(as: "203.0.113.10") }
        #expect(try await ask(as: "203.0.113.10").status == 401)
    }

    @Test("Other addresses have their own allowance, those of one IPv6 /64 share theirs")
    func addresses() async throws {
        try await exhaust("203.0.113.3")
        #expect(try await ask(as: "203.0.113.4").status == 401)
        try await exhaust { host in try await ask(as: "2001:db8:7:7:\(host % 7)::\(host)") }
        #expect(try await ask(as: "2001:db8:7:8::1").status == 401)
    }

    @Test("Behind a trusted proxy the rightmost address that is none of ours counts, whatever stands left of it")
    func rightmostUntrusted() async throws {
        try await exhaust("203.0.113.5")
        try await exhaust { hop in try await ask(as: "198.51.100.\(hop % 256), 203.0.113.5") }
        try await exhaust { hop in try await ask(as: "198.51.100.\(hop % 256), 203.0.113.5, 10.1.2.\(hop % 256)") }
        #expect(try await ask(as: "203.0.113.5, 203.0.113.6").status == 401)
    }

    @Test("Nobody else is believed what they say about where they come from")
    func spoofing() async throws {
        let liar = site.visitor(from: "127.0.0.32")
        try await exhaust { number in
            let address = "198.51.\(number / 256).\(number % 256)"
            return try await liar.post(
                "/auth/refresh",
                Self.nonsense,
                headers: [
                    ("X-Forwarded-For", address), ("X-Real-IP", address), ("Forwarded", "for=\(address)"),
                    ("True-Client-IP", address), ("CF-Connecting-IP", address), ("Via", address),
                ]
            )
        }
    }

    @Test(
        "An address that cannot be read is the proxy's own",
        arguments: ["nonsense", "300.1.1.1", "", "1.2.3.4:x", ",,,", "unknown"]
    )
    func unreadable(text: String) async throws {
        #expect([401, 429].contains(try await ask(as: text).status))
    }
}
