import Foundation
import Postgres
import Support
import Testing

/// What a session reaches that somebody else opened for its person.
@Suite(
    "Sessions opened for somebody else",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct OpenedSessionScenarios {
    let site: Site
    let doors: Doors
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
        visitor = doors.main
    }

    @Test("It works where it was opened, by every contract, and nowhere else", arguments: OpenedSession.Opener.allCases)
    func stays(opener: OpenedSession.Opener) async throws {
        let person = try await site.person()
        let other = try await site.organization("Otra", with: person, as: "Admin")
        let host = "\(other.uuidString.lowercased()).example"
        try await site.give(host, to: other)
        let opened = try await site.opened(by: opener, for: person, at: visitor)
        let (home, elsewhere) = (opened.organization.uuidString.lowercased(), other.uuidString.lowercased())
        for contract in Contract.allCases {
            #expect(try await contract.accepts(opened.token, at: doors), "\(contract)")
        }

        let me = try await visitor.get("/auth/me", token: opened.token)
        #expect(me["organization_id"] == .string(home))
        #expect(me["organizations"]?.array?.compactMap { $0["id"]?.string } == [home])
        let list = try await visitor.get("/organizations", token: opened.token)
        #expect(list.json?.array?.compactMap { $0["id"]?.string } == [home])

        let unknown = try await visitor.get("/organizations/\(UUID().uuidString.lowercased())", token: opened.token)
        #expect(unknown.shape == Reply.problem(404))
        for path in ["", "/members", "/roles", "/invitations", "/audit-log", "/service-keys"] {
            let reply = try await visitor.get("/organizations/\(elsewhere)\(path)", token: opened.token)
            #expect(reply.answer.body == unknown.answer.body, "\(path)")
        }
        let move = try await visitor.post(
            "/auth/switch-organization",
            ["organization_id": .string(elsewhere)],
            token: opened.token
        )
        #expect(move.answer.body == unknown.answer.body)
        for body: [String: JSONText] in [[:], ["user_id": .string(person.idText)]] {
            let asked = body.merging(["permission": "manage_rooms", "organization_id": .string(elsewhere)]) { $1 }
            let reply = try await visitor.post("/auth/check", .object(asked), token: opened.token)
            #expect(reply["allowed"] == false && !reply.answer.text.contains("Otra"))
        }
        let there = [(name: "Host", value: host)]
        for contract in Contract.bound {
            let path =
                switch contract {
                case .sesiones: "/sesiones/self"
                case .ingeocimyc: "/api/auth/profile"
                default: "/api/roles"
                }
            let reply =
                if contract == .sessionTracking {
                    try await visitor.post("/logout", ["session_id": 7], token: opened.token, headers: there)
                } else {
                    try await contract.visitor(doors).get(path, headers: there + [contract.header(for: opened.token)])
                }
            #expect(reply.status == 403, "\(contract)")
        }
        #expect(
            try await site.database.count(
                "SELECT count(*) FROM portero.users WHERE last_organization_id IS NOT NULL AND id = \(person.id)"
            ) == 0
        )
    }

    @Test("A token for where it stays is given, and leaves alone where the person's next session begins")
    func movesNowhere() async throws {
        let opened = try await site.opened(at: visitor)
        let own: JSONText = ["organization_id": .string(opened.organization.uuidString.lowercased())]
        let reply = try await visitor.post("/auth/switch-organization", own, token: opened.token)
        #expect(reply.shape == "200 {access_token: jwt, token_type: string}")
        #expect(try await visitor.get("/auth/me", token: reply.string("access_token")).status == 200)
        let last: UUID? = try await site.database.value(
            "SELECT last_organization_id FROM portero.users WHERE id = \(opened.person.id)"
        )
        #expect(last == nil)
    }

    @Test("What is the person's alone is refused, changes nothing, and is written down")
    func account() async throws {
        let person = try await site.person()
        let business = try await site.business()
        let (_, invitation) = try await business.invitation(to: person.email)
        let opened = try await site.opened(for: person, at: visitor)
        let change: JSONText = ["current_password": .string(person.password), "new_password": "Otra-Cripta-Sombra-43"]
        let nest: JSONText = [
            "currentPassword": .string(person.password), "newPassword": "Otra-Cripta-Sombra-43",
            "confirmPassword": "Otra-Cripta-Sombra-43",
        ]
        let requests: [(method: String, path: String, body: JSONText?)] = [
            ("POST", "/auth/change-password", change), ("PATCH", "/api/auth/change-password", nest),
            ("PATCH", "/auth/me", ["full_name": "Otra Persona"]), ("POST", "/organizations", ["name": "La Nueva"]),
            ("GET", "/auth/invitations", nil), ("POST", "/invitations/accept", ["token": .string(invitation)]),
            ("DELETE", "\(opened.path)/members/\(person.idText)", nil),
        ]
        for (method, path, body) in requests {
            let reply = try await visitor.send(method, path, body: body?.text ?? "", token: opened.token)
            #expect(reply.status == 403, "\(method) \(path): \(reply.answer.text)")
            let words = path.hasPrefix("/api") ? reply["message"] : reply["detail"]
            #expect(
                words?.string?.contains("session was opened by somebody else") == true
                    || words?.string?.contains("abrió esta sesión") == true
            )
        }
        let refusals = try await site.events(of: person).count { $0 == "authz_fail session_opened_by_another" }
        #expect(refusals == requests.count)
        let tokens = try await site.session(of: person, visitor)
        let me = try await visitor.get("/auth/me", token: tokens.access)
        #expect(me["full_name"] == .string(person.name) && me["organizations"]?.array?.count == 1)
        #expect(try await visitor.get("/auth/invitations", token: tokens.access).json?.array?.count == 1)
    }

    @Test("Who manages people through it changes others, but not the address and the name that its person logs in by")
    func ownAddress() async throws {
        let opened = try await site.opened(by: .program, holding: ["manage_users"], at: visitor)
        let (own, other) = (try await site.number(of: opened.person), try await site.number(of: site.boundMember()))
        let usuarios = try site.usuarios()
        func change(_ number: Int, _ body: JSONText) async throws -> Int {
            try await usuarios.send("PUT", "/api/usuarios/\(number)", body: body.text, token: opened.token).status
        }
        let robbed = "robo-\(UInt32.random(in: 0 ... .max))"
        #expect(try await change(own, ["email": .string("\(robbed)@correo.example")]) == 403)
        #expect(try await change(own, ["username": .string(robbed)]) == 403)
        #expect(try await site.events(of: opened.person).count { $0 == "authz_fail session_opened_by_another" } == 2)
        #expect(try await change(own, ["email": .string(opened.person.email)]) == 200)
        #expect(try await change(other, ["email": .string("\(robbed)@correo.example")]) == 200)
    }

    @Test("It sees and ends what was opened for its person there, and none of the person's own sessions")
    func sessions() async throws {
        let opened = try await site.opened(at: visitor)
        let own = try await visitor.track(opened.person)
        let second = try await visitor.open(for: site.number(of: opened.person), token: opened.openerToken)
        let numbers = [opened.number, try #require(second["ID_Sesion"]?.integer)]
        let seen = try await visitor.get("/api/auth/sessions", token: opened.token)
        #expect(Set((seen.json?.array ?? []).compactMap { $0["id"]?.integer }) == Set(numbers))
        #expect(try await visitor.get("/auth/sessions", token: opened.token).json?.array?.count == 2)
        #expect(try await visitor.get("/auth/sessions", token: own.token).json?.array?.count == 3)
        let id = JWT(own.token).session ?? ""
        #expect(try await visitor.delete("/auth/sessions/\(id)", token: opened.token).status == 404)
        #expect(try await visitor.delete("/api/auth/sessions/\(own.number)", token: opened.token).status == 404)
        let reply = try await visitor.sesiones("DELETE", "/logoutAll", token: opened.token)
        #expect(reply["sesiones_cerradas"] == 2)
        #expect(try await visitor.get("/auth/me", token: opened.token).status == 401)
        #expect(try await visitor.get("/auth/me", token: own.token).status == 200)
    }

    @Test("However many are opened, none of the person's own sessions ends for them")
    func pushesNothingOut() async throws {
        let opened = try await site.opened(at: visitor)
        let own = try await visitor.track(opened.person)
        let number = try await site.number(of: opened.person)
        for _ in 0..<100 {
            #expect(try await visitor.open(for: number, token: opened.openerToken).status == 201)
        }
        #expect(try await visitor.get("/auth/me", token: own.token).status == 200)
        #expect(try await visitor.get("/auth/me", token: opened.token).status == 401)
        let live = try await site.database.count(
            "SELECT count(*) FROM portero.sessions WHERE user_id = \(opened.person.id) AND ended_at IS NULL"
        )
        #expect(live == 101)
    }

    @Test("A session that a person opens for themselves reaches what they do")
    func ownSessions() async throws {
        let person = try await site.boundMember()
        let other = try await site.organization("Otra", with: person, as: "Staff").uuidString.lowercased()
        let own = try await visitor.track(person)
        let reply = try await visitor.open(for: site.number(of: person), token: own.token)
        let token = reply.string("Token_Sesion")
        #expect(try await visitor.get("/organizations/\(other)", token: token).status == 200)
        #expect(try await visitor.patch("/auth/me", ["full_name": "Otra Persona"], token: token).status == 200)
        #expect(try await visitor.get("/auth/sessions", token: token).json?.array?.count == 2)
    }

    @Test(
        "What is opened from it, for oneself or for another, is its opener's as well",
        arguments: OpenedSession.Opener.allCases
    )
    func inherits(opener: OpenedSession.Opener) async throws {
        let opened = try await site.opened(by: opener, holding: ["manage_sessions"], at: visitor)
        let another = try await site.boundMember()
        let tokens = try await [opened.person, another].asyncMap { person in
            let reply = try await visitor.open(for: site.number(of: person), token: opened.token)
            #expect(reply.status == 201)
            return reply.string("Token_Sesion")
        }
        let rows = try await site.database.texts(
            """
            SELECT concat_ws(' ', l.actor_id, l.details ->> 'opened_by', l.details ->> 'service_key')
              FROM portero.auth_logs l JOIN portero.sessions s ON s.id = l.session_id AND s.number <> \(opened.number)
             WHERE l.event = 'session_created' AND l.actor_id = \(opened.person.id) ORDER BY l.occurred_at, l.id
            """
        )
        let by = opened.key?.id ?? opened.opener.idText
        #expect(rows == Array(repeating: "\(opened.person.idText) \(by)", count: 2))
        for token in tokens {
            #expect(try await visitor.get("/auth/me", token: token).status == 200)
            #expect(try await visitor.patch("/auth/me", ["full_name": "Otra"], token: token).status == 403)
        }
        // The person keeps the right by which they might have opened them.
        try await site.database.run(
            """
            DELETE FROM portero.role_permissions rp USING portero.roles r
             WHERE r.id = rp.role_id AND r.name = \(opened.openerRole)
            """
        )
        if let key = opened.key {
            _ = try await visitor.delete("\(opened.path)/service-keys/\(key.id)", token: opened.admin)
        }
        for token in tokens { #expect(try await visitor.get("/auth/me", token: token).status == 401) }
    }

    @Test("Refreshing it would give nothing for elsewhere, nor anything once it is not backed")
    func refreshes() async throws {
        let person = try await site.person()
        let other = try await site.organization("Otra", with: person, as: "Staff").uuidString.lowercased()
        let opened = try await site.opened(for: person, at: visitor)
        // No contract gives such a session a refresh token: one is taken from the person's own.
        let own = try await site.session(of: person, visitor)
        try await site.database.run(
            """
            UPDATE portero.refresh_tokens t SET session_id = s.id
              FROM portero.sessions s, portero.sessions o
             WHERE s.number = \(opened.number) AND o.id = t.session_id AND o.user_id = \(person.id)
            """
        )
        let asked: JSONText = ["refresh_token": .string(own.refresh), "organization_id": .string(other)]
        #expect(try await visitor.post("/auth/refresh", asked).shape == Reply.problem(404))
        let reply = try await visitor.post("/auth/refresh", ["refresh_token": .string(own.refresh)])
        #expect(JWT(reply.string("access_token")).organization == opened.organization.uuidString.lowercased())
        let bar: JSONText = ["is_active": false]
        let member = "\(opened.path)/members/\(opened.opener.idText)"
        #expect(try await visitor.patch(member, bar, token: opened.admin).status == 200)
        let late = try await visitor.post("/auth/refresh", ["refresh_token": .string(reply.string("refresh_token"))])
        #expect(late.shape == Reply.problem(401))
    }
}
