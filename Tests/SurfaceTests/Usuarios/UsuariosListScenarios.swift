import Foundation
import Postgres
import Support
import Testing

@Suite("The usuarios surface: lists", .serving(Staff.listening), .timeLimit(.minutes(10)))
struct UsuariosListScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    /// An organization of thirty, some of them employees.
    private func company() async throws -> Staff {
        let staff = try await Staff.hired(at: site)
        let tag = String(UInt32.random(in: 0 ... .max))
        try await site.database.run(
            """
            WITH made AS (
                INSERT INTO portero.users (id, email, username, full_name, last_login_at)
                SELECT gen_random_uuid(), 'p' || i || '-' || \(tag) || '@correo.example',
                       CASE WHEN i % 3 > 0 THEN 'u' || (i * 7 % 30) || '_' || \(tag) END, 'Persona', 
                       CASE WHEN i % 2 = 0 THEN now() - make_interval(mins => i) END
                  FROM generate_series(1, 29) i RETURNING id
            )
            INSERT INTO portero.memberships (organization_id, user_id, role_id, is_active)
            SELECT \(staff.organization), id, (
                       SELECT r.id FROM portero.roles r
                        WHERE r.organization_id = \(staff.organization) AND r.name = 'Staff'
                   ), random() < 0.5
              FROM made
            """
        )
        try await site.database.run(
            """
            INSERT INTO portero.employees (organization_id, user_id, first_names, last_names, dni)
            SELECT m.organization_id, m.user_id, 'José 100%', 'Núñez_' || u.number || '\\x', 'D' || u.number
              FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id
             WHERE m.organization_id = \(staff.organization) AND u.username IS NULL
            """
        )
        return staff
    }

    private func ids(_ reply: Reply) -> [Int] {
        (reply["data"]?.array ?? []).compactMap { $0["id"]?.integer }
    }

    @Test(
        "Every sort goes through all pages in both orders, nobody twice and nobody left out",
        arguments: ["id", "username", "email", "activo", "fechaCreacion", "ultimoLogin", "rol"]
    )
    func sorts(sort: String) async throws {
        let staff = try await company()
        var walks: [[Int]] = []
        for order in ["ASC", "desc"] {
            var seen: [Int] = []
            for page in 1...5 {
                let reply = try await staff.get("/usuarios?sort=\(sort)&order=\(order)&page=\(page)&limit=7")
                #expect(reply["total"] == 30)
                seen += ids(reply)
            }
            #expect(seen.count == 30 && Set(seen).count == 30)
            #expect(try await ids(staff.get("/usuarios?sort=\(sort)&order=\(order)&limit=100")) == seen)
            walks.append(seen)
        }
        #expect(walks[0] == walks[1].reversed())
        #expect(
            try await staff.get("/usuarios?sort=\(sort)&page=6&limit=7").answer.text.hasPrefix(
                #"{"data":[],"total":30"#
            )
        )
    }

    @Test("Who asks for no page, limit, sort or order gets those that the contract names")
    func defaults() async throws {
        let staff = try await company()
        let usual = try await staff.get("/usuarios")
        #expect(usual["page"] == 1 && usual["limit"] == 10 && ids(usual).count == 10)
        for query in ["page=1&limit=10&sort=id&order=ASC", "order=asc", "search=", "otro=1&constructor=x"] {
            #expect(try await staff.get("/usuarios?\(query)").answer.body == usual.answer.body, "\(query)")
        }
        let sessions = try await staff.get("/sesiones")
        #expect(sessions["page"] == 1 && sessions["limit"] == 10)
        let explicit = try await staff.get("/sesiones?page=1&limit=10&sort=fechaInicio&order=ASC")
        #expect(explicit.answer.body == sessions.answer.body)
    }

    @Test(
        "A search is a literal, without regard to case and accents",
        arguments: [
            ("100%25", 10), ("%25", 10), ("jose", 10), ("JOS%C3%89%20100", 10), ("Nu%C3%B1ez_", 10), ("nunez%5C", 0),
            ("%5Cx", 10), ("correo.example", 30), ("correo_example", 0), ("c%25o", 0), ("zzz", 0), ("%27", 0),
            ("%27%20OR%201%3D1--", 0), ("jo", 10), ("", 30), ("%20", 30),
            ("%CC%81", 0),
        ]
    )
    func searches(search: String, count: Int) async throws {
        let staff = try await company()
        // The Admin has an address of their own at the same place.
        let reply = try await staff.get("/usuarios?search=\(search)&limit=100")
        #expect(reply.status == 200)
        #expect(reply["total"]?.integer == count)
        #expect(ids(reply).count == count)
    }

    @Test("A search finds the dni, a new username, and not what was before")
    func following() async throws {
        let staff = try await company()
        let reply = try await staff.send("POST", "/usuarios", staff.newcomer(["empleado": Staff.empleado]))
        let id = try #require(reply["id"]?.integer)
        #expect(try await ids(staff.get("/usuarios?search=12345678-a")) == [id])
        #expect(try await ids(staff.get("/usuarios?search=jose%20angel%20mu")) == [id])
        _ = try await staff.send(
            "PUT",
            "/usuarios/\(id)",
            ["username": "renombrada\(id)", "empleado": ["dni": "Z9"]] as JSONText
        )
        #expect(try await ids(staff.get("/usuarios?search=RENOMBRADA\(id)")) == [id])
        #expect(try await ids(staff.get("/usuarios?search=12345678-a")) == [])
    }

    @Test(
        "What is no page, limit, sort, order or search is refused by its name",
        arguments: [
            "page=0", "page=-1", "page=1.0", "page=9223372036854775807", "page=9223372036854775808", "page=1e9",
            "page=", "page=%2B1", "page=1&page=2", "limit=0", "limit=101", "limit=-1", "limit=9223372036854775807",
            "limit=10&limit=10", "sort=password_hash", "sort=salario", "sort=dni", "sort=empleado", "sort=id--",
            "sort=id%3B", "sort=%27", "sort=(select%201)", "sort=Id", "sort=", "sort=%C3%AFd", "sort=id&sort=id",
            "order=up", "order=", "order=ASC%3B", "order=%27", "order=asc&order=asc", "search=a&search=b",
            "search=" + String(repeating: "a", count: 7000),
        ]
    )
    func malformed(query: String) async throws {
        let staff = try await Staff.hired(at: site)
        let field = String(query.prefix { $0 != "=" })
        for path in ["/usuarios", "/roles", "/sesiones"] {
            let reply = try await staff.get("\(path)?\(query)")
            #expect(reply.shape == "400 {errors: [{field: string, message: string}], message: string}", "\(path)")
            #expect(reply["message"] == "Datos inválidos")
            #expect(Set(reply.faultyFields) == [field])
        }
    }

    @Test("Whoever joins waits for nobody else who does, and each is counted once they are there")
    func joining() async throws {
        let staff = try await Staff.hired(at: site)
        let first = try await site.person("Bruno Candado")
        let second = try await staff.newcomer()
        try await site.database.transaction { transaction in
            _ = try await transaction.write(
                """
                INSERT INTO portero.memberships (organization_id, user_id, role_id)
                SELECT \(staff.organization), \(first.id), r.id FROM portero.roles r
                 WHERE r.organization_id = \(staff.organization) AND r.name = 'Staff'
                """
            )
            #expect(try await staff.send("POST", "/usuarios", second).status == 201)
            #expect(try await staff.get("/usuarios")["total"] == 2)
            #expect(try await staff.get("/usuarios?search=example")["total"] == 2)
        }
        #expect(try await staff.get("/usuarios")["total"] == 3)
        #expect(try await staff.get("/usuarios?search=example")["total"] == 3)
    }

    @Test("Roles have the contract's names and types, in a bare list")
    func roles() async throws {
        let staff = try await Staff.hired(at: site)
        let rol = "{activo: bool, descripcion: string, fechaCreacion: time, id: integer, nombre: string}"
        let list = try await staff.get("/roles")
        #expect(list.shape == "200 [\(rol)]")
        #expect(list.json?.array?.compactMap { $0["nombre"]?.string } == ["Admin", "Staff", "Usuario"])
        let down = try await staff.get("/roles?sort=nombre&order=DESC&limit=2")
        #expect(down.json?.array?.compactMap { $0["nombre"]?.string } == ["Usuario", "Staff"])
        // All of them are active: their ids decide.
        #expect(try await staff.get("/roles?sort=activo").answer.text == list.answer.text)
        #expect(try await staff.get("/roles?search=%CC%81").json?.array?.count == 0)
        #expect(try await staff.get("/roles?search=STAF").json?.array?.count == 1)
        #expect(try await staff.get("/roles/\(try await staff.roleNumber("Staff"))").shape == "200 \(rol)")
    }

    @Test("Roles are described in Spanish wherever they are shown, and found and sorted by that; one's own as written")
    func descriptions() async throws {
        let staff = try await Staff.hired(at: site)
        let built = [
            "Admin": "Puede hacer todo", "Staff": "Gestiona salas y reservas", "Usuario": "Puede usar lo suyo",
        ]
        try await site.database.run(
            """
            INSERT INTO portero.roles (id, organization_id, name, description)
            VALUES (gen_random_uuid(), \(staff.organization), 'Guía', 'Lleva las salas')
            """
        )

        func shown(_ path: String) async throws -> [String] {
            let list = try await staff.get(path).json?.array ?? []
            return list.map { "\($0["nombre"]?.string ?? ""): \($0["descripcion"]?.string ?? "")" }
        }
        let all = built.map { "\($0): \($1)" } + ["Guía: Lleva las salas"]
        #expect(try await shown("/roles").sorted() == all.sorted())
        #expect(
            try await shown("/roles?sort=descripcion").compactMap { $0.split(separator: ":").first }
                == ["Staff", "Guía", "Admin", "Usuario"]
        )
        #expect(try await shown("/roles?search=SALAS&sort=nombre").count == 2)
        #expect(try await shown("/roles?search=everything") == [])
        for (name, description) in built {
            let number = try await staff.roleNumber(name)
            #expect(try await staff.get("/roles/\(number)")["descripcion"] == .string(description))
            let made = try await staff.send("POST", "/usuarios", staff.newcomer(["rolId": .integer(number)]))
            #expect(made["rol"]?["descripcion"] == .string(description))
            let id = made["id"]?.integer ?? 0
            let changed = try await staff.send("PUT", "/usuarios/\(id)", ["activo": true])
            #expect(changed["rol"]?["descripcion"] == .string(description))
            #expect(try await staff.get("/usuarios/\(id)")["rol"]?["descripcion"] == .string(description))
        }
        let people = try await staff.get("/usuarios")["data"]?.array ?? []
        #expect(people.count == 4)
        for person in people {
            #expect(person["rol"]?["descripcion"]?.string == built[person["rol"]?["nombre"]?.string ?? ""])
        }
        let login: JSONText = ["username": .string(staff.admin.email), "password": .string(staff.admin.password)]
        let session = try await staff.send("POST", "/auth/login", login)
        #expect(session["usuario"]?["rol"]?["descripcion"] == "Puede hacer todo")
        let registered = try await staff.send("POST", "/auth/register", staff.newcomer(["rolId": nil]))
        #expect(registered["rol"]?["descripcion"] == "Puede usar lo suyo")
    }

    @Test("Live sessions of the organization have the contract's names and types")
    func sesiones() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, token) = try await staff.member()
        let reply = try await staff.get("/sesiones")
        #expect(
            reply.shape
                == "200 {data: [{activa: bool, fechaExpiracion: time, fechaInicio: time, id: integer, ipAddress: string, userAgent: string, usuario: {email: string, id: integer, username: string}}], limit: integer, page: integer, total: integer}"
        )
        #expect(reply["total"] == 2)
        for sort in ["id", "usuario", "fechaInicio", "fechaExpiracion", "activa", "ipAddress", "userAgent"] {
            let up = try await staff.get("/sesiones?sort=\(sort)")
            #expect(ids(up) == ids(try await staff.get("/sesiones?sort=\(sort)&order=DESC")).reversed(), "\(sort)")
        }
        let found = try await staff.get("/sesiones?search=\(person.email)")
        #expect(found["total"] == 1)
        #expect(found["data"]?.array?.first?["usuario"]?["email"] == .string(person.email))
        _ = try await staff.send("POST", "/auth/logout", ["token": .string(token)], token)
        #expect(try await staff.get("/sesiones")["total"] == 1)
        let (_, other) = try await staff.member("Carla Cerrojo", as: "Staff")
        #expect(try await staff.get("/sesiones", other).status == 403)
    }

    @Test("Whoever is barred has no live session in any list or count, until they are let in again")
    func barred() async throws {
        let staff = try await Staff.hired(at: site)
        let visitor = site.visitor()
        let (person, token) = try await staff.member()
        let second = try await site.session(of: person, visitor).access
        let number = try await staff.number(of: person)
        func bar(_ isBarred: Bool) async throws {
            let path = "/organizations/\(staff.organization.uuidString.lowercased())/members/\(person.idText)"
            let reply = try await visitor.patch(path, ["is_active": isBarred ? false : true], token: staff.token)
            #expect(reply.status == 200)
        }
        func counts() async throws -> [Int] {
            let list = try await staff.get("/sesiones?limit=100")
            let found = try await staff.get("/sesiones?search=\(person.email)")
            let stats = try await visitor.get(
                "/api/auth/security/stats",
                token: staff.token,
                headers: staff.headers
            )
            #expect(list["data"]?.array?.count == list["total"]?.integer)
            return [list["total"], found["total"], stats["activeSessions"]].map { $0?.integer ?? -1 }
        }
        #expect(try await counts() == [3, 2, 3])
        try await bar(true)
        #expect(try await staff.get("/roles", token).status == 403)
        #expect(try await counts() == [1, 0, 1])
        // What becomes of them and of their sessions meanwhile.
        let elsewhere: JSONText = ["full_name": "Otra Persona"]
        #expect(try await visitor.patch("/auth/me", elsewhere, token: token).status == 200)
        #expect(try await visitor.post("/auth/logout", token: second).status == 200)
        try await site.database.run(
            "UPDATE portero.users SET username = 'barrada.' || number WHERE id = \(person.id)"
        )
        try await site.database.run(
            "UPDATE portero.sessions SET expires_at = expires_at - interval '1 minute' WHERE user_id = \(person.id)"
        )
        #expect(try await counts() == [1, 0, 1])
        try await bar(false)
        #expect(try await staff.get("/roles", token).status == 200)
        #expect(try await counts() == [2, 1, 2])
        let listed = try await staff.get("/sesiones?search=barrada.\(number)")["data"]?.array?.first
        #expect(listed?["usuario"]?["username"] == .string("barrada.\(number)"))
    }

    @Test("A login that is under way while its person is barred shows in no list")
    func barredAtTheSameTime() async throws {
        try await Site.serving(Staff.listening) { site in
            let staff = try await Staff.hired(at: site)
            let (person, _) = try await staff.member()
            let path = "/organizations/\(staff.organization.uuidString.lowercased())/members/\(person.idText)"
            let statuses = try await site.database.transaction { transaction in
                // A login has opened its session, and cannot write that down yet.
                _ = try await transaction.write("LOCK TABLE portero.auth_logs IN SHARE MODE")
                let login = Task {
                    try await site.visitor().post("/login", person.credentials, headers: staff.headers).status
                }
                _ = try await eventually("the login to wait") {
                    let waiting = try await site.database.count(
                        """
                        SELECT count(*) FROM pg_stat_activity
                         WHERE datname = current_database() AND wait_event_type = 'Lock'
                        """
                    )
                    return waiting > 0 ? true : nil
                }
                let bar = Task {
                    try await site.visitor().patch(path, ["is_active": false], token: staff.token).status
                }
                try await site.severalWait()
                return (login, bar)
            }
            // Who waited for too long, on a machine that is busy, is told to come back.
            #expect([200, 503].contains(try await statuses.0.value))
            if try await statuses.1.value == 503 {
                let again = try await site.visitor().patch(path, ["is_active": false], token: staff.token)
                #expect(again.status == 200)
            }
            #expect(try await staff.get("/sesiones?search=\(person.email)")["total"] == 0)
        }
    }
}
