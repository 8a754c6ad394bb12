import Foundation
import Postgres
import Support
import Testing

@Suite("Refreshing", .serving(), .timeLimit(.minutes(10)))
struct RefreshScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func refresh(_ token: String, organization: JSONText? = nil) async throws -> Reply {
        var body: [String: JSONText] = ["refresh_token": .string(token)]
        if let organization { body["organization_id"] = organization }
        return try await visitor.post("/auth/refresh", .object(body))
    }

    /// Lets a used token's grace end.
    private func endGrace(of person: Person) async throws {
        try await site.database.run(
            """
            UPDATE portero.refresh_tokens t SET used_at = used_at - interval '11 seconds'
              FROM portero.sessions s
             WHERE s.id = t.session_id AND s.user_id = \(person.id) AND t.used_at IS NOT NULL
            """
        )
    }

    private func liveTokens(of person: Person) async throws -> Int {
        try await site.database.count(
            """
            SELECT count(*) FROM portero.refresh_tokens t JOIN portero.sessions s ON s.id = t.session_id
             WHERE s.user_id = \(person.id) AND s.ended_at IS NULL AND t.used_at IS NULL
            """
        )
    }

    @Test("A refresh token is exchanged for new tokens of the same session, which both work")
    func rotates() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let reply = try await refresh(tokens.refresh)
        #expect(reply.shape == Reply.tokens)
        let next = Tokens(reply)
        #expect(next.refresh != tokens.refresh && next.access != tokens.access)
        #expect(JWT(next.access).session == JWT(tokens.access).session)
        for access in [tokens.access, next.access] {
            #expect(try await visitor.get("/auth/me", token: access).status == 200)
        }
        #expect(try await refresh(next.refresh).status == 200)
        #expect(try await liveTokens(of: person) == 1)
    }

    @Test("Twenty rotations do not make the session live longer")
    func absoluteLifetime() async throws {
        let person = try await site.person()
        var tokens = try await site.session(of: person, visitor)
        let question: SQL = "SELECT max(expires_at)::text FROM portero.sessions WHERE user_id = \(person.id)"
        let before: String? = try await site.database.value(question)
        for _ in 0..<20 { tokens = Tokens(try await refresh(tokens.refresh)) }
        #expect(try await site.database.value(question) == before)
        #expect(try await liveTokens(of: person) == 1)
        try await site.database.run(
            "UPDATE portero.sessions SET expires_at = now() WHERE user_id = \(person.id)"
        )
        #expect(try await refresh(tokens.refresh).shape == Reply.problem(401))
        #expect(try await visitor.get("/auth/me", token: tokens.access).status == 401)
    }

    @Test("Within the grace, the same token answers the same successor")
    func idempotentWithinGrace() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let first = Tokens(try await refresh(tokens.refresh))
        for _ in 0..<5 { #expect(Tokens(try await refresh(tokens.refresh)).refresh == first.refresh) }
        #expect(try await liveTokens(of: person) == 1)
        #expect(try await refresh(first.refresh).status == 200)
        #expect(try await site.events(of: person).contains("authn_token_reuse used_token_presented") == false)
    }

    @Test(
        "A used token that comes back later, or after its successor was used, is a theft: its session ends, others stay",
        arguments: ["successor used", "grace over"]
    )
    func theft(kind: String) async throws {
        let person = try await site.person()
        let other = try await site.session(of: person, visitor)
        let stolen = try await site.session(of: person, visitor)
        let next = Tokens(try await refresh(stolen.refresh))
        var newest = next
        if kind == "successor used" {
            newest = Tokens(try await refresh(next.refresh))
        } else {
            try await endGrace(of: person)
        }
        #expect(try await refresh(stolen.refresh).shape == Reply.problem(401))
        for token in [stolen.refresh, next.refresh, newest.refresh] {
            #expect(try await refresh(token).status == 401)
        }
        for access in [stolen.access, next.access, newest.access] {
            #expect(try await visitor.get("/auth/me", token: access).status == 401)
        }
        #expect(try await visitor.get("/auth/me", token: other.access).status == 200)
        #expect(try await refresh(other.refresh).status == 200)

        let thefts = try await site.events(of: person).filter { $0.hasPrefix("authn_token_reuse") }
        #expect(thefts == ["authn_token_reuse used_token_presented"])
        let reason: String? = try await site.database.value(
            "SELECT ended_reason FROM portero.sessions WHERE user_id = \(person.id) AND ended_at IS NOT NULL"
        )
        #expect(reason == "token_reuse")
        let mails = try await site.database.count(
            "SELECT count(*) FROM portero.mail_outbox WHERE recipient = \(person.email) AND kind = 'session_theft'"
        )
        #expect(mails == 1)
        let mail = try await site.mails.mail(to: person.email)
        #expect(mail.text.contains("Vimos señales de que alguien pudo copiar una sesión"))
    }

    @Test("A theft is one whatever organization the thief asks for, and asking for a strange one is written down")
    func theftForAStrangeOrganization() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let strange = JSONText.string(UUID().uuidString.lowercased())
        #expect(try await refresh(tokens.refresh, organization: strange).shape == Reply.problem(404))
        #expect(try await site.events(of: person).contains("authn_token_refused not_member"))
        let telling = try await site.database.count(
            "SELECT count(*) FROM portero.auth_logs WHERE user_id = \(person.id) AND details ->> 'organization' IS NOT NULL"
        )
        #expect(telling == 0)
        let next = Tokens(try await refresh(tokens.refresh))
        try await endGrace(of: person)
        #expect(try await refresh(tokens.refresh, organization: strange).shape == Reply.problem(401))
        #expect(try await refresh(next.refresh).status == 401)
        #expect(try await site.events(of: person).contains("authn_token_reuse used_token_presented"))
    }

    @Test("The third token of twenty that comes back ends the session of all of them")
    func oldTokenOfALongFamily() async throws {
        let person = try await site.person()
        var family = [try await site.session(of: person, visitor)]
        for _ in 0..<20 { family.append(Tokens(try await refresh(family[family.count - 1].refresh))) }
        #expect(try await refresh(family[2].refresh).status == 401)
        #expect(try await liveTokens(of: person) == 0)
        #expect(try await visitor.get("/auth/me", token: family[20].access).status == 401)
    }

    @Test("A refresh token of an ended session, a closed or deleted account, or of nobody is refused")
    func refused() async throws {
        let (ended, closed, deleted) = (try await site.person(), try await site.person(), try await site.person())
        let tokens = [
            try await site.session(of: ended, visitor), try await site.session(of: closed, visitor),
            try await site.session(of: deleted, visitor),
        ]
        #expect(try await visitor.post("/auth/logout", token: tokens[0].access).status == 200)
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        try await site.database.run("DELETE FROM portero.users WHERE id = \(deleted.id)")
        let strange = [
            tokens[0].access, String(tokens[0].refresh.dropLast()), tokens[0].refresh + "=", tokens[0].refresh + " ",
            String(repeating: "A", count: 43), String(repeating: "A", count: 4000), "x", " ",
        ]
        for token in tokens.map(\.refresh) + strange {
            #expect(try await refresh(token).shape == Reply.problem(401), "\(token)")
        }
    }

    @Test("Another spelling of a live token is refused, and does not use it up")
    func otherSpelling() async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        // The last of 43 characters holds four bits; the two that it does not use must be zero.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(tokens.refresh.last.flatMap { alphabet.firstIndex(of: $0) })
        for bits in 1...3 {
            let spelled = tokens.refresh.dropLast() + String(alphabet[last + bits])
            #expect(try await refresh(String(spelled)).status == 401)
        }
        #expect(try await refresh(tokens.refresh).status == 200)
    }

    @Test(
        "An access token works in an organization asked for, if its person is a member there, and the refresh token stays otherwise"
    )
    func organizationOfOnesChoice() async throws {
        let person = try await site.person()
        let first = try await site.organization("Uno", with: person, as: "Admin")
        let second = try await site.organization("Dos", with: person, as: "Staff")
        let foreign = try await site.organization("Ajena", with: site.person(), as: "Admin")
        let tokens = try await site.session(of: person, visitor)
        #expect(JWT(tokens.access).organization == first.uuidString.lowercased())

        for unknown in [foreign, UUID()] {
            let reply = try await refresh(tokens.refresh, organization: .string(unknown.uuidString))
            #expect(reply.shape == Reply.problem(404))
        }
        let there = Tokens(try await refresh(tokens.refresh, organization: .string(second.uuidString.lowercased())))
        let me = try await visitor.get("/auth/me", token: there.access)
        #expect(me["organization_id"] == .string(second.uuidString.lowercased()))
        #expect(me["role"]?["name"] == "Staff")
        // The session's own is still the first.
        let back = Tokens(try await refresh(there.refresh))
        #expect(JWT(back.access).organization == first.uuidString.lowercased())
    }

    @Test("A new access token carries the membership as it is now")
    func currentMembership() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Staff")
        let tokens = try await site.session(of: person, visitor)
        try await site.database.run(
            "DELETE FROM portero.memberships WHERE organization_id = \(organization) AND user_id = \(person.id)"
        )
        let next = Tokens(try await refresh(tokens.refresh))
        #expect(JWT(next.access).organization == nil)
        let me = try await visitor.get("/auth/me", token: next.access)
        #expect(me["organization"] == .null && me["role"] == .null && me["organizations"] == [])
    }
}

@Suite("Refreshing without grace", .serving(["PORTERO_REFRESH_GRACE": "0s"]), .timeLimit(.minutes(10)))
struct StrictRefreshScenarios {
    @Test("Without a grace, a token works once")
    func worksOnce() async throws {
        let site = try Site.here()
        let visitor = site.visitor()
        let tokens = try await site.session(of: site.person(), visitor)
        let body: JSONText = ["refresh_token": .string(tokens.refresh)]
        let next = Tokens(try await visitor.post("/auth/refresh", body))
        #expect(try await visitor.post("/auth/refresh", body).status == 401)
        #expect(try await visitor.get("/auth/me", token: next.access).status == 401)
    }
}
