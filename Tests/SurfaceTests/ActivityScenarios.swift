import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Last activity",
    .serving(Staff.listening.merging(["PORTERO_WORKERS": "1"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct ActivityScenarios {
    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    @Test("It follows the use of a session by every contract", arguments: Contract.allCases)
    func follows(contract: Contract) async throws {
        let session = try await site.agedSession(at: doors.main)
        #expect(try await contract.accepts(session.token, at: doors))
        try await session.moved()
    }

    @Test("So it does where a request names the organization, and where a token is asked about by who may know it")
    func followsElsewhere() async throws {
        let business = try await site.business()
        let made = try await doors.main.post(
            business.serviceKeys,
            ["name": "Reservas", "permissions": []],
            token: business.tokens.access
        )
        let key = [(name: "x-service-key", value: made.string("key"))]
        let session = try AgedSession(site: site, token: business.tokens.access)
        let token: JSONText = ["token": .string(session.token)]
        let uses: [() async throws -> Reply] = [
            { try await doors.main.get(business.path, token: session.token) },
            { try await doors.main.post("/auth/introspect", token, headers: key) },
            { try await doors.main.post("/auth/introspect", token, token: session.token) },
        ]
        for use in uses {
            try await session.age()
            #expect(try await use().status == 200)
            try await session.moved()
        }
    }

    @Test("A session that somebody else opened follows alike", arguments: OpenedSession.Opener.allCases)
    func followsOpened(by opener: OpenedSession.Opener) async throws {
        let opened = try await site.opened(by: opener, at: doors.main)
        let session = try AgedSession(site: site, token: opened.token)
        try await session.age()
        #expect(try await doors.main.sesiones("GET", "/self", token: session.token).status == 200)
        try await session.moved()
    }

    @Test("A use within the minute is not noted, nor what is refused, nor what a program may not know")
    func notNoted() async throws {
        let (fresh, ended) = (try await site.agedSession(at: doors.main), try await site.agedSession(at: doors.main))
        let foreign = try await site.agedSession(at: doors.main)
        _ = try await doors.main.post("/auth/logout", token: ended.token)
        let business = try await site.business()
        let key = try await doors.main.post(
            business.serviceKeys,
            ["name": "Reservas", "permissions": []],
            token: business.tokens.access
        ).string("key")
        try await fresh.age(seconds: 40)
        let before = try await [fresh, ended, foreign].asyncMap { try await $0.lastSeen() }

        #expect(try await doors.main.get("/auth/me", token: fresh.token).status == 200)
        #expect(try await doors.main.get("/auth/me", token: ended.token).status == 401)
        let told = try await doors.main.post(
            "/auth/introspect",
            ["token": .string(foreign.token)],
            headers: [("x-service-key", key)]
        )
        #expect(told["active"] == false)
        // By the same connection, so by the same loop: what is noted after them is written with them, or later.
        let last = try await site.agedSession(at: doors.main)
        #expect(try await doors.main.get("/auth/me", token: last.token).status == 200)
        try await last.moved()
        #expect(try await [fresh, ended, foreign].asyncMap { try await $0.lastSeen() } == before)
    }

    @Test("The lists of three contracts show it")
    func shown() async throws {
        let session = try await site.agedSession(at: doors.main)
        #expect(try await doors.main.get("/auth/me", token: session.token).status == 200)
        try await session.moved()
        let seconds = try await site.database.count(
            "SELECT floor(extract(epoch FROM last_seen_at))::bigint FROM portero.sessions WHERE id = \(session.id)"
        )
        let text = try await site.database.texts(
            """
            SELECT to_char(last_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
              FROM portero.sessions WHERE id = \(session.id)
            """
        )
        let main = try await doors.main.get("/auth/sessions", token: session.token)
        let nest = try await doors.main.get("/api/auth/sessions", token: session.token)
        let own = try await doors.main.sesiones("GET", "/self", token: session.token)
        let shown = [main.json?.array?.first?["last_seen_at"], nest.json?.array?.first?["lastActivity"]]
        #expect(shown.map { $0?.string?.prefix(19) } == [text[0].prefix(19), text[0].prefix(19)])
        #expect(own["Ultima_Actividad"] == .integer(seconds))
    }

    @Test("What a frontend read before the session was noted to be used, it may put back: what is kept stays")
    func putBack() async throws {
        let person = try await site.boundMember()
        let session = try await site.agedSession(of: person, at: doors.main)
        let read = try await doors.main.sesiones("GET", "/self", token: session.token)
        let object = try #require(read.json)
        try await session.moved()
        let kept = try await session.lastSeen()
        let wanted = object.with(["Dispositivo": "Tableta"])
        let reply = try await doors.main.sesiones("PUT", "", token: session.token, wanted)
        let answered = try #require(reply["Ultima_Actividad"]?.integer)
        #expect(reply.status == 200 && reply.json == wanted.with(["Ultima_Actividad": .integer(answered)]))
        #expect(answered > object["Ultima_Actividad"]?.integer ?? .max)
        #expect(try await session.lastSeen() == kept)

        let other = try await doors.main.track(person).token
        let ended = object.with(["Dispositivo": "Tableta", "Estado_Sesion": 0])
        for _ in 1...2 {
            let reply = try await doors.main.sesiones("PUT", "", token: other, ended)
            #expect(reply.status == 200 && reply["Estado_Sesion"] == 0, "\(reply.answer.text)")
        }
        #expect(try await session.lastSeen() == kept)
    }
}
