import Foundation
import Postgres
import Support
import Testing

@Suite("Lockout", .serving(["PORTERO_TRUSTED_PROXIES": "127.0.0.1/32"]), .timeLimit(.minutes(10)))
struct LockoutScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func login(
        _ email: String,
        _ password: String = "Otra-Cripta-43",
        from address: String = "192.0.2.1"
    ) async throws -> Reply {
        try await visitor.post(
            "/auth/login",
            ["email": .string(email), "password": .string(password)],
            headers: [("X-Forwarded-For", address)]
        )
    }

    private func fail(_ email: String, times: Int = 5, from address: String = "192.0.2.1") async throws {
        for _ in 0..<times { #expect(try await login(email, from: address).status == 401) }
    }

    private func wordless(_ reply: Reply) -> String {
        reply.answer.text.replacing(/\d+/, with: "N")
    }

    @Test(
        "After five failures the answer is 423 for a quarter of an hour, whether or not the password is right, and also for accounts that nobody has"
    )
    func locks() async throws {
        let person = try await site.person()
        let began = ContinuousClock.now
        try await fail(person.email)
        let unknown = Site.newEmail()
        try await fail(unknown)
        let replies = [
            try await login(person.email), try await login(person.email, person.password), try await login(unknown),
        ]
        let elapsed = Int((ContinuousClock.now - began).components.seconds) + 1
        for reply in replies {
            #expect(reply.shape == Reply.problem(423))
            let seconds = Int(reply.header("Retry-After") ?? "") ?? 0
            #expect((900 - elapsed...900).contains(seconds))
            #expect(wordless(reply) == wordless(replies[0]))
        }
        #expect(
            try await site.events(of: person)
                == Array(repeating: "authn_login_fail wrong_password", count: 5) + [
                    "authn_login_lock too_many_failures", "authn_login_fail locked", "authn_login_fail locked",
                ]
        )
    }

    @Test("A success forgives the failures before it")
    func successForgives() async throws {
        let person = try await site.person()
        for _ in 0..<3 {
            try await fail(person.email, times: 4)
            #expect(try await login(person.email, person.password).status == 200)
        }
    }

    @Test("A right password for a closed account neither counts nor forgives")
    func closedAccount() async throws {
        let person = try await site.person()
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        try await fail(person.email, times: 4)
        for _ in 0..<6 { #expect(try await login(person.email, person.password).status == 400) }
        try await fail(person.email, times: 1)
        #expect(try await login(person.email, person.password).status == 423)
    }

    @Test("Whoever is locked out elsewhere logs in, works on, refreshes and resets from where they are")
    func otherNetworks() async throws {
        let person = try await site.person()
        let tokens = Tokens(try await login(person.email, person.password, from: "198.51.100.7"))
        try await fail(person.email, from: "192.0.2.66")
        #expect(try await login(person.email, person.password, from: "192.0.2.66").status == 423)
        #expect(try await login(person.email, person.password, from: "198.51.100.7").status == 200)
        #expect(try await login(person.email, person.password, from: "192.0.2.67").status == 200)
        #expect(try await visitor.get("/auth/me", token: tokens.access).status == 200)
        #expect(
            try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)]).status == 200
        )
        // And their success there changes nothing for the attacker.
        #expect(try await login(person.email, person.password, from: "192.0.2.66").status == 423)
    }

    @Test(
        "Addresses of one IPv6 /64 are one network, those of another are not; an IPv4 address is the same however it is written"
    )
    func networks() async throws {
        let person = try await site.person()
        for host in 1...5 { try await fail(person.email, times: 1, from: "2001:db8:1:2::\(host)") }
        #expect(try await login(person.email, person.password, from: "2001:db8:1:2:ffff::1").status == 423)
        #expect(try await login(person.email, person.password, from: "2001:db8:1:3::1").status == 200)
        for form in ["192.0.2.99", "::ffff:192.0.2.99", "::ffff:c000:263", "192.0.2.99", "::FFFF:192.0.2.99"] {
            try await fail(person.email, times: 1, from: form)
        }
        #expect(try await login(person.email, person.password, from: "192.0.2.99").status == 423)
    }

    @Test("Once the lock is over there are five tries again")
    func unlocks() async throws {
        let person = try await site.person()
        try await fail(person.email, from: "203.0.113.40")
        try await site.database.run(
            """
            UPDATE portero.login_failures
               SET locked_until = now(), window_started = window_started - interval '15 minutes'
             WHERE network = '203.0.113.40'
            """
        )
        try await fail(person.email, times: 4, from: "203.0.113.40")
        #expect(try await login(person.email, person.password, from: "203.0.113.40").status == 200)
    }

    @Test("Failures older than the window do not count")
    func windowEnds() async throws {
        let person = try await site.person()
        try await fail(person.email, times: 4, from: "203.0.113.41")
        try await site.database.run(
            """
            UPDATE portero.login_failures SET window_started = now() - interval '15 minutes'
             WHERE network = '203.0.113.41'
            """
        )
        try await fail(person.email, times: 4, from: "203.0.113.41")
        #expect(try await login(person.email, person.password, from: "203.0.113.41").status == 200)
    }

    @Test("Of 200 wrong passwords at once, at most five are looked at", arguments: ["known", "unknown"])
    func atOnce(kind: String) async throws {
        let person = try await site.person()
        let email = kind == "known" ? person.email : Site.newEmail()
        let body: JSONText = ["email": .string(email), "password": "Otra-Cripta-43"]
        let statuses = try await site.atOnce(40, from: "127.0.0.3") { visitor, _ in
            var statuses: [Int] = []
            for _ in 0..<5 { statuses.append(try await visitor.post("/auth/login", body).status) }
            return statuses
        }.flatMap(\.self)
        #expect(statuses.count { $0 == 401 } == 5)
        // 503 is for who has waited too long for the five, as on a busy machine.
        #expect(statuses.allSatisfy { [401, 423, 503].contains($0) })
        let tried = try await site.database.count(
            """
            SELECT count(*) FROM portero.auth_logs
             WHERE email = \(email) AND event = 'authn_login_fail' AND reason <> 'locked'
            """
        )
        #expect(tried == 5)
    }

    @Test("Tries that a server left behind when it died stop counting after half a minute")
    func deadReservations() async throws {
        let person = try await site.person()
        try await fail(person.email, times: 1, from: "203.0.113.42")
        try await site.database.run(
            """
            UPDATE portero.login_failures SET pending = 4, pending_since = now() - interval '31 seconds'
             WHERE network = '203.0.113.42'
            """
        )
        #expect(try await login(person.email, person.password, from: "203.0.113.42").status == 200)
    }

    @Test("After 100 failures from everywhere in a day, only networks that are known for a success are let in")
    func everywhere() async throws {
        let person = try await site.person()
        #expect(try await login(person.email, person.password, from: "198.51.100.20").status == 200)
        try await fail(person.email, times: 1, from: "203.0.113.43")
        try await site.database.run(
            """
            UPDATE portero.login_failures w SET failures = 100
              FROM portero.login_failures n
             WHERE n.network = '203.0.113.43' AND w.identity = n.identity AND w.network = '::/0'
            """
        )
        let refused = try await login(person.email, person.password, from: "203.0.113.44")
        #expect(refused.shape == Reply.problem(423))
        #expect((86_000...86_400).contains(Int(refused.header("Retry-After") ?? "") ?? 0))
        #expect(try await login(person.email, person.password, from: "198.51.100.20").status == 200)
    }

    @Test("A network from which somebody else opened a session for the person is not known for a success of theirs")
    func openedByAnother() async throws {
        let person = try await site.person()
        _ = try await site.opened(for: person, at: visitor)
        let wrong: JSONText = ["email": .string(person.email), "password": "Otra-Cripta-43"]
        #expect(try await visitor.post("/auth/login", wrong).status == 401)
        try await site.database.run(
            """
            UPDATE portero.login_failures w SET failures = 100
              FROM portero.sessions s JOIN portero.login_failures n ON n.network = s.address::cidr
             WHERE s.user_id = \(person.id) AND w.identity = n.identity AND w.network = '::/0' AND n.failures = 1
            """
        )
        #expect(try await visitor.post("/auth/login", person.credentials).shape == Reply.problem(423))
    }

    @Test("Failures are counted for all servers of one database, and outlive them")
    func replicas() async throws {
        let person = try await site.person()
        let other = try await site.startAnother()
        let there = Visitor(to: other.port, from: "127.0.0.5")
        let here = site.visitor(from: "127.0.0.5")
        let wrong: JSONText = ["email": .string(person.email), "password": "Otra-Cripta-43"]
        for visitor in [here, there, here, there, here] {
            #expect(try await visitor.post("/auth/login", wrong).status == 401)
        }
        #expect(try await there.post("/auth/login", person.credentials).status == 423)
        await other.kill()
        let third = try await site.startAnother()
        let again = Visitor(to: third.port, from: "127.0.0.5")
        #expect(try await again.post("/auth/login", person.credentials).status == 423)
        #expect(await third.stop() == 0)
    }
}

@Suite("Replicas", .serving(), .timeLimit(.minutes(10)))
struct ReplicaScenarios {
    @Test("A session that ends on one server has ended on the others by the next request")
    func revocationEverywhere() async throws {
        let site = try Site.here()
        let other = try await site.startAnother()
        let (here, there) = (site.visitor(), Visitor(to: other.port))
        let person = try await site.person()
        for round in 0..<50 {
            let (opener, closer) = round % 2 == 0 ? (here, there) : (there, here)
            let tokens = try await site.session(of: person, opener)
            #expect(try await closer.get("/auth/me", token: tokens.access).status == 200)
            #expect(try await closer.post("/auth/logout", token: tokens.access).status == 200)
            #expect(try await opener.get("/auth/me", token: tokens.access).status == 401)
            let refreshed = try await opener.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
            #expect(refreshed.status == 401)
        }
        #expect(await other.stop() == 0)
    }
}
