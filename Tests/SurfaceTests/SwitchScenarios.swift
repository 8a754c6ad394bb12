import Foundation
import Postgres
import Support
import Testing

@Suite("Working in several organizations", .serving(), .serialized, .timeLimit(.minutes(10)))
struct SwitchScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func move(to organization: UUID, _ token: String) async throws -> Reply {
        try await visitor.post(
            "/auth/switch-organization",
            ["organization_id": .string(organization.uuidString.lowercased())],
            token: token
        )
    }

    private func refresh(_ token: String, in organization: UUID? = nil) async throws -> Reply {
        var body: [String: JSONText] = ["refresh_token": .string(token)]
        if let organization { body["organization_id"] = .string(organization.uuidString.lowercased()) }
        return try await visitor.post("/auth/refresh", .object(body))
    }

    private func place(_ token: String) async throws -> JSONText? {
        try await visitor.get("/auth/me", token: token)["organization_id"]
    }

    @Test(
        "The session works elsewhere from now on, and so does what follows; earlier access tokens stay where they are"
    )
    func moves() async throws {
        let person = try await site.person()
        let first = try await site.organization("Uno", with: person, as: "Staff")
        let second = try await site.organization("Dos", with: person, as: "Usuario")
        let tokens = try await site.session(of: person, visitor)
        #expect(JWT(tokens.access).organization == first.uuidString.lowercased())
        let reply = try await move(to: second, tokens.access)
        #expect(reply.shape == "200 {access_token: jwt, token_type: string}" && reply["token_type"] == "bearer")
        let moved = reply.string("access_token")
        #expect(JWT(moved).session == JWT(tokens.access).session)
        let there = JSONText.string(second.uuidString.lowercased())
        #expect(try await place(moved) == there)
        #expect(try await place(tokens.access) == .string(first.uuidString.lowercased()))
        #expect(try await place(Tokens(try await refresh(tokens.refresh)).access) == there)
        #expect(try await place(try await site.session(of: person, visitor).access) == there)
        let sessions = try await visitor.get("/auth/sessions", token: moved)
        let current = sessions.json?.array?.first { $0["current"] == true }
        #expect(current?["organization_id"] == there)
        let rows = try await site.database.texts(
            """
            SELECT concat_ws(' ', organization_id, session_id, details) FROM portero.auth_logs
             WHERE user_id = \(person.id) AND actor_id = \(person.id) AND event = 'organization_switched' AND success
            """
        )
        #expect(rows == ["\(second.uuidString.lowercased()) \(JWT(moved).session ?? "")"])
    }

    @Test("An organization that is unknown, somebody else's or not one's own any more is one 404, and changes nothing")
    func nowhere() async throws {
        let person = try await site.person()
        let own = try await site.organization("Uno", with: person, as: "Staff")
        let former = try await site.organization("Dos", with: person, as: "Staff")
        let foreign = try await site.organization("Ajena", with: site.person(), as: "Admin")
        try await site.database.run(
            "UPDATE portero.memberships SET is_active = false WHERE organization_id = \(former)"
        )
        let tokens = try await site.session(of: person, visitor)
        var (moves, refreshes): (Set<String>, Set<String>) = ([], [])
        try await site.changingNothing {
            for organization in [former, foreign, UUID()] {
                let move = try await move(to: organization, tokens.access)
                #expect(move.shape == Reply.problem(404))
                moves.insert(move.answer.text)
                let refresh = try await refresh(tokens.refresh, in: organization)
                #expect(refresh.shape == Reply.problem(404))
                refreshes.insert(refresh.answer.text)
            }
        }
        #expect(moves.count == 1 && refreshes.count == 1)
        // The refresh token was not used up.
        let next = try await refresh(tokens.refresh, in: own)
        #expect(next.status == 200)
        #expect(try await place(next.string("access_token")) == .string(own.uuidString.lowercased()))
    }

    @Test("Two tabs of one session work in two organizations, and each refreshes for its own")
    func twoTabs() async throws {
        let person = try await site.person()
        let first = try await site.organization("Uno", with: person, as: "Staff")
        let second = try await site.organization("Dos", with: person, as: "Usuario")
        let tokens = try await site.session(of: person, visitor)
        var (one, two) = (tokens.access, try await move(to: second, tokens.access).string("access_token"))
        var refreshToken = tokens.refresh
        for _ in 0..<3 {
            #expect(try await place(one) == .string(first.uuidString.lowercased()))
            #expect(try await place(two) == .string(second.uuidString.lowercased()))
            let left = Tokens(try await refresh(refreshToken, in: first))
            let right = Tokens(try await refresh(left.refresh, in: second))
            (one, two, refreshToken) = (left.access, right.access, right.refresh)
        }
        let rooms: JSONText = ["permission": "manage_rooms"]
        #expect(try await visitor.post("/auth/check", rooms, token: one)["allowed"] == true)
        #expect(try await visitor.post("/auth/check", rooms, token: two)["allowed"] == false)
        // Whoever leaves the one goes on in the other.
        try await site.database.run(
            "DELETE FROM portero.memberships WHERE organization_id = \(first) AND user_id = \(person.id)"
        )
        #expect(try await place(one) == .null)
        #expect(try await place(two) == .string(second.uuidString.lowercased()))
        #expect(try await refresh(refreshToken, in: first).status == 404)
        #expect(try await refresh(refreshToken, in: second).status == 200)
    }

    @Test("A session that has ended moves nowhere")
    func endedSession() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Staff")
        let tokens = try await site.session(of: person, visitor)
        _ = try await visitor.post("/auth/logout", token: tokens.access)
        try await site.changingNothing {
            let reply = try await move(to: organization, tokens.access)
            #expect(reply.shape == Reply.problem(401))
        }
    }

    @Test("Who moves to several places at once ends in one of them")
    func atOnce() async throws {
        let person = try await site.person()
        var organizations: [UUID] = []
        for name in ["Uno", "Dos", "Tres"] {
            organizations.append(try await site.organization(name, with: person, as: "Staff"))
        }
        let tokens = try await site.session(of: person, visitor)
        let places = organizations
        let statuses = try await site.atOnce(12) { visitor, number in
            let body: JSONText = ["organization_id": .string(places[number % 3].uuidString.lowercased())]
            return try await visitor.insist("/auth/switch-organization", body, token: tokens.access).status
        }
        #expect(statuses.allSatisfy { $0 == 200 })
        let agreed: Bool? = try await site.database.value(
            """
            SELECT s.organization_id = u.last_organization_id FROM portero.sessions s JOIN portero.users u ON u.id = s.user_id
             WHERE u.id = \(person.id)
            """
        )
        #expect(agreed == true)
    }
}
