import Foundation
import Postgres
import Support
import Testing

@Suite("Sessions", .serving(), .timeLimit(.minutes(10)))
struct SessionScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func isLive(_ tokens: Tokens) async throws -> Bool {
        try await visitor.get("/auth/me", token: tokens.access).status == 200
    }

    @Test("Logging out ends the session of the token, at once and for its refresh token too, and no other")
    func logout() async throws {
        let person = try await site.person()
        let (other, tokens) = (try await site.session(of: person, visitor), try await site.session(of: person, visitor))
        let reply = try await visitor.post("/auth/logout", token: tokens.access)
        #expect(reply.shape == Reply.message)
        #expect(reply["message"] == "Sesión cerrada correctamente")
        #expect(try await isLive(tokens) == false)
        let refreshed = try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
        #expect(refreshed.status == 401)
        #expect(try await isLive(other))
        #expect(try await visitor.post("/auth/logout", token: tokens.access).shape == Reply.problem(401))
        #expect(
            try await site.events(of: person).filter { $0.hasPrefix("authn_token_revoked") } == [
                "authn_token_revoked logout"
            ]
        )
    }

    @Test("A hundred and first session ends the oldest")
    func sessionLimit() async throws {
        let person = try await site.person()
        let oldest = try await site.session(of: person, visitor)
        try await site.database.run(
            """
            WITH opened AS (
                INSERT INTO portero.sessions (id, number, user_id, surface, expires_at)
                SELECT gen_random_uuid(), 1 + floor(random() * 9007199254740990)::bigint, \(person.id), 'escape-room',
                       now() + interval '1 hour'
                  FROM generate_series(1, 98)
                RETURNING id, user_id
            )
            INSERT INTO portero.auth_logs (event, success, user_id, session_id)
            SELECT 'authn_login_success', true, user_id, id FROM opened
            """
        )
        let hundredth = try await site.session(of: person, visitor)
        #expect(try await isLive(oldest))
        let newest = try await site.session(of: person, visitor)
        #expect(try await isLive(oldest) == false)
        #expect(try await isLive(hundredth))
        #expect(try await isLive(newest))
        #expect(try await site.events(of: person).contains("authn_token_revoked too_many_sessions"))
    }

    @Test("What has been over for a month is forgotten, the used tokens of a live session are not")
    func forgotten() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let ended = try await site.session(of: person, visitor)
        _ = try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
        _ = try await visitor.post("/auth/logout", token: ended.access)
        try await site.database.run(
            """
            UPDATE portero.sessions SET ended_at = ended_at - interval '31 days'
             WHERE user_id = \(person.id) AND ended_at IS NOT NULL
            """
        )
        try await site.database.run(
            """
            UPDATE portero.refresh_tokens t SET used_at = used_at - interval '31 days'
              FROM portero.sessions s
             WHERE s.id = t.session_id AND s.user_id = \(person.id) AND t.used_at IS NOT NULL
            """
        )
        try await site.database.run("SELECT portero.tidy()")
        let sessions = try await site.database.count(
            "SELECT count(*) FROM portero.sessions WHERE user_id = \(person.id)"
        )
        #expect(sessions == 1)
        #expect(try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)]).status == 401)
        #expect(try await site.events(of: person).contains("authn_token_reuse used_token_presented"))
    }

    @Test("No request is answered after a logout was, 200 times over and whichever connection it comes by")
    func neverStale() async throws {
        let person = try await site.person()
        let visitors = (0..<4).map { _ in site.visitor() }
        for round in 0..<20 {
            let tokens = try await site.session(of: person, visitors[round % 4])
            for visitor in visitors { #expect(try await visitor.get("/auth/me", token: tokens.access).status == 200) }
            #expect(try await visitors[(round + 1) % 4].post("/auth/logout", token: tokens.access).status == 200)
            for visitor in visitors { #expect(try await visitor.get("/auth/me", token: tokens.access).status == 401) }
        }
    }

    @Test("The list shows one's own live sessions, newest first, marks the current one, and shows no token")
    func list() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Staff")
        _ = try await site.session(of: site.person(), visitor)
        let ended = try await site.session(of: person, visitor)
        #expect(try await visitor.post("/auth/logout", token: ended.access).status == 200)
        let old = try await visitor.post("/auth/login", person.credentials, headers: [("User-Agent", "Viejo/1.0")])
        let elsewhere = site.visitor(from: "127.0.0.77")
        let new = Tokens(
            try await elsewhere.post("/auth/login", person.credentials, headers: [("User-Agent", "Nuevo/2.0 (ñ)")])
        )

        let reply = try await visitor.get("/auth/sessions", token: Tokens(old).access)
        #expect(
            reply.shape
                == "200 [{created_at: time, current: bool, device: null, expires_at: time, id: uuid, ip_address: string, "
                + "last_seen_at: time, organization_id: uuid, user_agent: string}]"
        )
        let sessions = reply.json?.array ?? []
        #expect(sessions.map { $0["user_agent"] } == ["Nuevo/2.0 (ñ)", "Viejo/1.0"])
        #expect(sessions.map { $0["ip_address"] } == ["127.0.0.77", "127.0.0.1"])
        #expect(sessions.map { $0["current"] } == [false, true])
        #expect(sessions.map { $0["id"]?.string } == [JWT(new.access).session, JWT(Tokens(old).access).session])
        #expect(sessions.allSatisfy { $0["organization_id"] == .string(organization.uuidString.lowercased()) })
        for secret in [new.access, new.refresh] { #expect(!reply.answer.text.contains(secret)) }
    }

    @Test("A session of one's own can be ended from another one, with 204")
    func endOne() async throws {
        let person = try await site.person()
        let (here, there) = (try await site.session(of: person, visitor), try await site.session(of: person, visitor))
        let id = try #require(JWT(there.access).session)
        let reply = try await visitor.delete("/auth/sessions/\(id)", token: here.access)
        #expect(reply.shape == "204")
        #expect(try await isLive(there) == false)
        #expect(try await isLive(here))
        #expect(try await visitor.delete("/auth/sessions/\(id)", token: here.access).shape == Reply.problem(404))
        let events = try await site.events(of: person).filter { $0.hasPrefix("authn_token_revoked") }
        #expect(events == ["authn_token_revoked revoked"])
    }

    @Test("The current session may be ended like any other")
    func endCurrent() async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        let id = try #require(JWT(tokens.access).session)
        #expect(try await visitor.delete("/auth/sessions/\(id.uppercased())", token: tokens.access).status == 204)
        #expect(try await isLive(tokens) == false)
    }

    @Test(
        "A session that is somebody else's, unknown, or no id at all is 404, the same bytes for each, and nothing ends"
    )
    func foreignSessions() async throws {
        let (mine, theirs) = (
            try await site.session(of: site.person(), visitor), try await site.session(of: site.person(), visitor)
        )
        let foreign = try #require(JWT(theirs.access).session)
        let number: Int? = try await site.database.value(
            "SELECT number FROM portero.sessions WHERE id::text = \(foreign)"
        )
        let ids = [
            foreign, UUID().uuidString, "1", "0", "-1", "9223372036854775808", "\(number ?? 0)", "null", "1;2", "1%20",
            "%C3%B1",
            foreign + "%20", "{\(foreign)}", "x' OR '1'='1".replacing(" ", with: "%20"),
        ]
        var bodies: Set<String> = []
        for id in ids {
            let reply = try await visitor.delete("/auth/sessions/\(id)", token: mine.access)
            #expect(reply.shape == Reply.problem(404), "\(id)")
            bodies.insert(reply.answer.text)
        }
        #expect(bodies.count == 1)
        #expect(try await isLive(theirs))
        #expect(try await isLive(mine))
    }

    @Test("A path that is not percent-encoded text is 400", arguments: ["%00", "%2f", "%zz", "%ff", "%c0%af", "a%"])
    func malformedPaths(id: String) async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        let reply = try await visitor.delete("/auth/sessions/\(id)", token: tokens.access)
        #expect(reply.shape == Reply.problem(400))
    }

    @Test("Logging out everywhere ends all one's sessions, or all others, and says how many")
    func logoutAll() async throws {
        let (person, stranger) = (try await site.person(), try await site.person())
        let tokens = try await site.sessions(of: [person, person, person, person], visitor)
        let foreign = try await site.session(of: stranger, visitor)
        let others = try await visitor.post("/auth/logout-all", ["except_current": true], token: tokens[0].access)
        #expect(others.shape == "200 {sessions_revoked: integer}")
        #expect(others["sessions_revoked"] == 3)
        #expect(try await isLive(tokens[0]))
        for ended in tokens[1...] { #expect(try await isLive(ended) == false) }
        let all = try await visitor.post("/auth/logout-all", token: tokens[0].access)
        #expect(all["sessions_revoked"] == 1)
        #expect(try await isLive(tokens[0]) == false)
        #expect(try await isLive(foreign))
        let events = try await site.events(of: person).filter { $0.hasPrefix("authn_token_revoked") }
        #expect(events == ["authn_token_revoked logout_all", "authn_token_revoked logout_all"])
    }

    @Test(
        "Logging out everywhere takes no body, an empty object, or a choice",
        arguments: [
            (nil, 2), ([:], 2), (["except_current": false], 2), (["except_current": nil], 2),
            (["except_current": true], 1),
        ] as [(JSONText?, Int)]
    )
    func logoutAllBodies(body: JSONText?, revoked: Int) async throws {
        let person = try await site.person()
        let tokens = try await site.sessions(of: [person, person], visitor)
        let reply = try await visitor.post("/auth/logout-all", body, token: tokens[0].access)
        #expect(reply["sessions_revoked"] == .integer(revoked))
    }

    @Test("However many ask at once to log out everywhere, each session is ended and counted once")
    func logoutAllAtOnce() async throws {
        let person = try await site.person()
        let tokens = try await site.sessions(of: Array(repeating: person, count: 6), visitor)
        let replies = try await site.atOnce(tokens.count) { visitor, number in
            try await visitor.post("/auth/logout-all", token: tokens[number].access)
        }
        #expect(replies.allSatisfy { $0.status == 200 || $0.status == 401 })
        #expect(replies.compactMap { $0["sessions_revoked"]?.integer }.reduce(0, +) == 6)
        for ended in tokens { #expect(try await isLive(ended) == false) }
    }

    @Test("What a client says of itself is kept without control characters, and cut at 512 bytes")
    func userAgents() async throws {
        let person = try await site.person()
        let agents = ["x\tSession: 1 admin", String(repeating: "ñ", count: 2000)]
        for agent in agents {
            let reply = try await visitor.post("/auth/login", person.credentials, headers: [("User-Agent", agent)])
            #expect(reply.status == 200)
        }
        let kept = try await site.database.texts(
            "SELECT user_agent FROM portero.sessions WHERE user_id = \(person.id) ORDER BY created_at"
        )
        #expect(kept == ["x\u{fffd}Session: 1 admin", String(repeating: "ñ", count: 256)])
        let logged = try await site.database.texts(
            "SELECT user_agent FROM portero.auth_logs WHERE user_id = \(person.id) ORDER BY occurred_at, id"
        )
        #expect(logged == kept)
    }
}
