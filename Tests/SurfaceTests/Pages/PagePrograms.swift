import Foundation
import Postgres
import Support
import Testing

/// The JavaScript and Python of the pages, run by Node and Python.
@Suite(
    "The programs of the pages",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .serialized,
    .timeLimit(.minutes(10))
)
struct PagePrograms {
    /// What browsers have and Node has not.
    private static let storage = """
        const kept = {};
        Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: {
          setItem: (name, value) => { kept[name] = String(value); },
          getItem: (name) => kept[name] ?? null,
          removeItem: (name) => { delete kept[name]; },
        } });

        """

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    /// Runs a page's program with something before and after it, and reads the JSON that it prints at the end.
    private func run(_ contract: Contract, for guest: Guest, _ ending: String) async throws -> JSONText {
        let page = try SurfacePage(of: contract)
        let (python, script) = (page.program(in: "python"), page.program(in: "js"))
        let program = try guest.meant(python.isEmpty ? Self.storage + script : python, of: page)
        let interpreter: Interpreter = python.isEmpty ? .node : .python
        let end = try await interpreter.run(program + "\n" + ending + "\n", at: site)
        #expect(end.status == 0, "\(end.output)")
        return try #require(end.json, "\(end.output)")
    }

    @Test("session-tracking: logging in keeps the number, logging out ends the session")
    func sessionTracking() async throws {
        let guest = try await Guest(at: site)
        let told = try await run(
            .sessionTracking,
            for: guest,
            """
            const token = await iniciar('\(guest.person.email)', '\(guest.person.password)');
            const number = kept.session_id;
            console.log(JSON.stringify({ token, number, ended: await cerrar(), left: Object.keys(kept) }));
            """
        )
        #expect(told.shape == "{ended: bool, left: [], number: string, token: jwt}")
        #expect(told["ended"] == true)
        #expect(try await visitor.get("/auth/me", token: told["token"]?.string).status == 401)
        let number = Int(told["number"]?.string ?? "") ?? 0
        #expect(
            try await site.database.count(
                "SELECT count(*) FROM public.sesion WHERE id = \(number) AND fecha_fin IS NOT NULL"
            ) == 1
        )
    }

    @Test("sesiones: activity is noted, and the session ends")
    func sesiones() async throws {
        let guest = try await Guest(at: site)
        let told = try await run(
            .sesiones,
            for: guest,
            """
            const sesion = await actividad('\(guest.session.token)');
            console.log(JSON.stringify({ sesion, salida: await salir('\(guest.session.token)') }));
            """
        )
        #expect(told["sesion"]?["ID_Sesion"] == .integer(guest.session.number))
        #expect(told["sesion"]?["Estado_Sesion"] == 1)
        #expect(told["salida"] == ["message": "Sesión cerrada", "sesiones_cerradas": 1])
        #expect(try await visitor.get("/auth/me", token: guest.session.token).status == 401)
    }

    @Test("ingeocimyc: the token is kept, tells the profile, and is worth nothing after logging out")
    func ingeocimyc() async throws {
        let guest = try await Guest(at: site)
        let told = try await run(
            .ingeocimyc,
            for: guest,
            "console.log(JSON.stringify({ token: data.accessToken, profile, farewell, left: Object.keys(kept) }));"
        )
        #expect(told["profile"]?["email"] == .string(guest.person.email))
        #expect(told["profile"]?["role"] == "Admin")
        #expect(told["farewell"] == ["message": "Sesión cerrada.", "sessionsRevoked": 1])
        #expect(told["left"] == [])
        #expect(try await visitor.get("/api/auth/profile", token: told["token"]?.string).status == 401)
        #expect(try await visitor.get("/api/auth/profile", token: guest.session.token).status == 200)
    }

    @Test("usuarios: everybody is listed once, page by page, and the session ends")
    func usuarios() async throws {
        let guest = try await Guest(at: site)
        for _ in 0..<3 { _ = try await site.boundMember() }
        let told = try await run(
            .usuarios,
            for: guest,
            """
            print(json.dumps({'token': login['token'], 'ids': [one['id'] for one in people], 'farewell': farewell}))
            """
        )
        let organization = try await site.defaultOrganization()
        let numbers = try await site.database.texts(
            """
            SELECT u.number::text FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id
             WHERE m.organization_id = \(organization) ORDER BY u.number
            """
        )
        #expect(numbers.count > 3)
        #expect(told["ids"]?.array?.compactMap { $0.integer.map(String.init) } == numbers)
        #expect(told["farewell"] == ["message": "Sesión cerrada exitosamente"])
        #expect(try await visitor.get("/auth/me", token: told["token"]?.string).status == 401)
    }

    @Test("escape-room: logging in, asking who one is, and fresh tokens")
    func escapeRoom() async throws {
        let guest = try await Guest(at: site)
        let told = try await run(
            .escapeRoom,
            for: guest,
            "import json\nprint(json.dumps({'tokens': tokens, 'me': me, 'fresh': fresh}))"
        )
        #expect(told["me"]?["email"] == .string(guest.person.email))
        #expect(told["fresh"]?.shape == "{access_token: jwt, refresh_token: string, token_type: string}")
        #expect(told["fresh"]?["refresh_token"] != told["tokens"]?["refresh_token"])
        #expect(try await visitor.get("/auth/me", token: told["fresh"]?["access_token"]?.string).status == 200)
    }
}
