import Postgres
import Support
import Testing

@Suite("The usuarios surface: people", .serving(Staff.listening), .timeLimit(.minutes(10)))
struct UsuariosScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    private static let rol = "{descripcion: string, id: integer, nombre: string}"
    private static let person = "activo: bool, email: string, fechaCreacion: time, id: integer, rol: \(rol)"

    @Test("A list has the contract's names and types, and exact totals")
    func list() async throws {
        let staff = try await Staff.hired(at: site)
        let reply = try await staff.get("/usuarios")
        #expect(
            reply.shape
                == "200 {data: [{activo: bool, email: string, fechaCreacion: time, id: integer, rol: \(Self.rol), ultimoLogin: time, username: string}], limit: integer, page: integer, total: integer}"
        )
        #expect(reply["total"] == 1 && reply["page"] == 1 && reply["limit"] == 10)
    }

    @Test("An account is made with its employee, read back exactly, changed in part, and removed")
    func life() async throws {
        let staff = try await Staff.hired(at: site)
        let made = try await staff.send("POST", "/usuarios", staff.newcomer(["empleado": Staff.empleado]))
        #expect(made.shape == "201 {\(Self.person), username: string}")
        let id = try #require(made["id"]?.integer)
        let read = try await staff.get("/usuarios/\(id)")
        #expect(
            read.shape
                == "200 {activo: bool, email: string, empleado: {apellidos: string, direccion: string, dni: string, email: string, estado: string, fechaIngreso: string, fechaNacimiento: string, id: integer, nombres: string, salario: number, telefono: string}, fechaCreacion: time, id: integer, rol: \(Self.rol), ultimoLogin: null, username: string}"
        )
        #expect(read.answer.text.contains(#""salario":1500.50,"#))
        #expect(read["empleado"]?["fechaNacimiento"] == "1990-02-28")
        let role = try await staff.roleNumber("Usuario")
        let changed = try await staff.send(
            "PUT",
            "/usuarios/\(id)",
            ["rolId": .integer(role), "empleado": ["telefono": "1"]]
        )
        #expect(changed.shape == "200 {\(Self.person), username: string}")
        #expect(changed["rol"]?["nombre"] == "Usuario")
        let after = try await staff.get("/usuarios/\(id)")
        #expect(after["empleado"]?["telefono"] == "1" && after["empleado"]?["dni"] == "12345678-A")
        #expect(after["username"] == made["username"] && after["activo"] == true)
        let removed = try await staff.send("DELETE", "/usuarios/\(id)")
        #expect(removed.answer.text == #"{"message":"Usuario eliminado exitosamente"}"#)
        #expect(try await staff.get("/usuarios/\(id)").answer.text == #"{"message":"Recurso no encontrado"}"#)
        #expect(try await site.database.count("SELECT count(*) FROM portero.users WHERE number = \(id)") == 0)
        let kept = try await site.database.count(
            "SELECT count(*) FROM portero.auth_logs WHERE event IN ('user_created', 'user_deleted') AND organization_id = \(staff.organization)"
        )
        #expect(kept == 2)
    }

    @Test("Whoever lacks manage_users sees nobody but themselves, without salary and dni, and changes nothing")
    func rights() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, token) = try await staff.member()
        let own = try await staff.number(of: person)
        _ = try await staff.send("PUT", "/usuarios/\(own)", ["empleado": Staff.empleado])
        let mine = try await staff.get("/usuarios/\(own)", token)
        #expect(mine.status == 200)
        #expect(
            mine["empleado"]?.keys == [
                "apellidos", "direccion", "email", "estado", "fechaIngreso", "fechaNacimiento", "id", "nombres",
                "telefono",
            ]
        )
        let admin = try await staff.number(of: staff.admin)
        let before = try await staff.get("/usuarios?limit=100").answer.text
        for (method, path) in [
            ("GET", "/usuarios"), ("GET", "/usuarios/\(admin)"), ("GET", "/usuarios/999999999"),
            ("PUT", "/usuarios/\(own)"), ("DELETE", "/usuarios/\(admin)"), ("GET", "/sesiones"),
        ] {
            let reply = try await staff.send(method, path, method == "PUT" ? ["activo": true] : nil, token)
            #expect(reply.status == 403, "\(method) \(path)")
            #expect(reply.answer.text == #"{"message":"Acceso denegado"}"#)
        }
        let made = try await staff.send("POST", "/usuarios", staff.newcomer(), token)
        #expect(made.status == 403)
        #expect(try await staff.get("/usuarios?limit=100").answer.text == before)
        #expect(try await staff.get("/roles", token).status == 200)
    }

    @Test("Nobody is authorized without a token, or once their session has ended")
    func sessions() async throws {
        let staff = try await Staff.hired(at: site)
        let (_, token) = try await staff.member()
        let out = try await staff.send("POST", "/auth/logout", ["token": .string(token)], token)
        #expect(out.answer.text == #"{"message":"Sesión cerrada exitosamente"}"#)
        for path in ["/usuarios", "/usuarios/1", "/roles", "/roles/1", "/sesiones"] {
            for reply in [
                try await staff.get(path, token), try await staff.visitor.get("/api" + path, headers: staff.headers),
            ] {
                #expect(reply.status == 401)
                #expect(reply.answer.text == #"{"message":"No autorizado"}"#)
            }
        }
        let (_, other) = try await staff.member("Carla Cerrojo")
        #expect(try await staff.send("POST", "/auth/logout", ["token": .string(other)]).status == 403)
        #expect(try await staff.send("POST", "/auth/logout", ["token": .string(token)]).status == 401)
        #expect(try await staff.send("POST", "/auth/logout", [:]).faultyFields == ["token"])
        #expect(try await staff.get("/roles", other).status == 200)
    }

    @Test("Another organization's people and roles are as unknown as those that never were")
    func tenants() async throws {
        let staff = try await Staff.hired(at: site)
        let others = try await Staff.hired(at: site, "Los Otros")
        let foreign = try await others.number(of: others.admin)
        let unknown = [
            try await staff.get("/usuarios/\(foreign)"), try await staff.get("/usuarios/999999999999"),
            try await staff.get("/usuarios/9223372036854775808"), try await staff.get("/usuarios/abc"),
            try await staff.send("PUT", "/usuarios/\(foreign)", ["activo": false]),
            try await staff.send("DELETE", "/usuarios/\(foreign)"),
            try await staff.get("/roles/\(try await others.roleNumber("Admin"))"), try await staff.get("/roles/0"),
        ]
        for reply in unknown {
            #expect(reply.status == 404)
            #expect(reply.answer.text == #"{"message":"Recurso no encontrado"}"#)
        }
        let role = try await others.roleNumber("Admin")
        let made = try await staff.send("POST", "/usuarios", staff.newcomer(["rolId": .integer(role)]))
        #expect(made.status == 400 && made.faultyFields == ["rolId"])
        #expect(try await staff.get("/usuarios?limit=100")["total"] == 1)
    }

    @Test(
        "What is no number in a path is nobody's and nothing's",
        arguments: [
            "0", "-1", "+1", "1.0", "1e1", "%20", "x", "9007199254740992", "99999999999999999999", "%EF%BC%91",
        ]
    )
    func malformedPaths(text: String) async throws {
        let staff = try await Staff.hired(at: site)
        for (method, path) in [("GET", "usuarios"), ("PUT", "usuarios"), ("DELETE", "usuarios"), ("GET", "roles")] {
            let reply = try await staff.send(method, "/\(path)/\(text)", method == "PUT" ? ["activo": true] : nil)
            #expect(reply.status == 404, "\(method) \(path)")
            #expect(reply.answer.text == #"{"message":"Recurso no encontrado"}"#, "\(method) \(path)")
        }
    }

    @Test("What is taken, oneself, the last Admin, and what somebody does not hold is left alone")
    func conflicts() async throws {
        let staff = try await Staff.hired(at: site)
        let first = try await staff.newcomer(["empleado": Staff.empleado])
        let id = try #require(try await staff.send("POST", "/usuarios", first)["id"]?.integer)
        for (changes, message) in [
            (["username": first["username"]], "El nombre de usuario ya está registrado"),
            (["email": first["email"]], "El correo electrónico ya está registrado"),
            (["empleado": Staff.empleado], "El dni ya está registrado"),
            (["empleado": Staff.empleado(dni: "12345678-a")], "El dni ya está registrado"),
        ] as [([String: JSONText?], String)] {
            let reply = try await staff.send("POST", "/usuarios", staff.newcomer(changes))
            #expect(reply.status == 409)
            #expect(reply["message"] == .string(message))
        }
        let own = try await staff.number(of: staff.admin)
        #expect(try await staff.send("DELETE", "/usuarios/\(own)").status == 409)
        let role = try await staff.roleNumber("Usuario")
        #expect(try await staff.send("PUT", "/usuarios/\(own)", ["rolId": .integer(role)]).status == 409)
        #expect(try await staff.send("PUT", "/usuarios/\(own)", ["activo": false]).status == 409)
        try await staff.role("Personal", ["manage_users"])
        let (_, token) = try await staff.member("Personal Uno", as: "Personal")
        #expect(try await staff.send("DELETE", "/usuarios/\(own)", nil, token).status == 403)
        #expect(try await staff.send("PUT", "/usuarios/\(own)", ["email": "robo@correo.example"], token).status == 403)
        let admins = try await staff.roleNumber("Admin")
        #expect(try await staff.send("PUT", "/usuarios/\(id)", ["rolId": .integer(admins)], token).status == 403)
    }

    @Test("Who works elsewhere too keeps their account, its address and its username")
    func shared() async throws {
        let staff = try await Staff.hired(at: site)
        let others = try await Staff.hired(at: site, "Los Otros")
        let (person, token) = try await staff.member()
        try await site.join(person, to: others.organization, as: "Usuario")
        let id = try await staff.number(of: person)
        let reply = try await staff.send("PUT", "/usuarios/\(id)", ["email": "nuevo-\(id)@correo.example"])
        #expect(reply.status == 409)
        #expect(try await staff.send("DELETE", "/usuarios/\(id)").status == 200)
        #expect(try await site.database.count("SELECT count(*) FROM portero.users WHERE number = \(id)") == 1)
        #expect(try await staff.get("/roles", token).status == 401)
        #expect(try await others.get("/usuarios/\(id)").status == 200)
    }

    @Test("Whoever is barred loses the sessions here at once")
    func barred() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, token) = try await staff.member()
        let id = try await staff.number(of: person)
        #expect(try await staff.send("PUT", "/usuarios/\(id)", ["activo": false])["activo"] == false)
        #expect(try await staff.get("/roles", token).status == 401)
    }

    @Test("Missing and malformed fields of an account are named, all of them")
    func malformedAccounts() async throws {
        let staff = try await Staff.hired(at: site)
        let empty = try await staff.send("POST", "/usuarios", [:])
        #expect(empty.faultyFields.sorted() == ["email", "password", "rolId", "username"])
        for (field, values) in [
            ("username", ["", "a", "a b", "a@b", ".ab", 7, true]), ("email", ["x", 7]),
            ("password", ["12345678", 7]), ("rolId", ["1", 1.5, 0, -1, 9_007_199_254_740_992]),
            ("activo", ["true", 1]), ("empleado", [[], "x", [:]]),
        ] as [(String, [JSONText])] {
            for value in values {
                let reply = try await staff.send("POST", "/usuarios", staff.newcomer([field: value]))
                #expect(reply.status == 400, "\(field) \(value)")
                #expect(reply.faultyFields.allSatisfy { $0.hasPrefix(field) } && !reply.faultyFields.isEmpty)
            }
        }
    }

    @Test("Whoever registers logs in by username and by e-mail, is listed as they reported, and logs out")
    func login() async throws {
        let staff = try await Staff.hired(at: site)
        let name = "nuevo\(UInt64.random(in: 0 ... .max))"
        let registered = try await staff.visitor.post(
            "/api/auth/register",
            [
                "username": .string(name), "email": .string("\(name)@correo.example"),
                "password": .string(Person.password), "activo": false,
            ],
            headers: staff.headers
        )
        #expect(registered.shape == "201 {\(Self.person), username: string}")
        #expect(registered["rol"]?["nombre"] == "Usuario" && registered["activo"] == true)
        for given in [name, "\(name)@correo.example"] {
            let reply = try await staff.visitor.post(
                "/api/auth/login",
                [
                    "username": .string(given), "password": .string(Person.password), "ip": "10.9.8.7",
                    "userAgent": "Panel",
                ],
                headers: staff.headers
            )
            #expect(
                reply.shape
                    == "200 {fechaExpiracion: time, fechaInicio: time, id: integer, token: jwt, usuario: {activo: bool, email: string, id: integer, rol: \(Self.rol), username: string}}"
            )
            let listed = try await staff.get("/sesiones?search=\(name)&sort=ipAddress")["data"]?.array?.first
            #expect(listed?["ipAddress"] == "10.9.8.7" && listed?["userAgent"] == "Panel")
            let token = reply.string("token")
            #expect(try await staff.send("POST", "/auth/logout", ["token": .string(token)], token).status == 200)
            #expect(try await staff.get("/roles", token).status == 401)
        }
        let wrong: JSONText = ["username": .string(name), "password": "Otra-Clave-123"]
        let unknown: JSONText = ["username": "nadie-de-nada", "password": "Otra-Clave-123"]
        for body in [wrong, unknown] {
            let reply = try await staff.visitor.post("/api/auth/login", body, headers: staff.headers)
            #expect(reply.status == 401)
            #expect(reply.answer.text == #"{"message":"No autorizado"}"#)
        }
    }
}
