import Support
import Testing

@Suite("The usuarios surface: employees", .serving(Staff.listening), .timeLimit(.minutes(10)))
struct EmpleadoScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("An empty text empties what may be empty, in a change as in what is new; null and what is absent stay")
    func emptied() async throws {
        let staff = try await Staff.hired(at: site)
        let optional = ["email", "telefono", "direccion", "fechaNacimiento", "fechaIngreso"]
        let empty = Dictionary(uniqueKeysWithValues: optional.map { ($0, JSONText.string("")) })
        func kept(of id: Int) async throws -> [JSONText?] {
            let read = try await staff.get("/usuarios/\(id)")
            return optional.map { read["empleado"]?[$0] }
        }

        let names: [String: JSONText] = ["nombres": "Eva", "apellidos": "Vacía", "dni": "1"]
        let sparse = try await staff.send(
            "POST",
            "/usuarios",
            staff.newcomer(["empleado": .object(names.merging(empty) { $1 })])
        )
        let newcomer = try #require(sparse["id"]?.integer)
        #expect(try await kept(of: newcomer).allSatisfy { $0 == .null })

        let whole = try await staff.send("POST", "/usuarios", staff.newcomer(["empleado": Staff.empleado]))
        let id = try #require(whole["id"]?.integer)
        let before = try await kept(of: id)
        #expect(before.allSatisfy { $0 != .null })
        _ = try await staff.send("PUT", "/usuarios/\(id)", ["empleado": ["telefono": .null, "salario": 7]])
        #expect(try await kept(of: id) == before)
        #expect(try await staff.send("PUT", "/usuarios/\(id)", ["empleado": .object(empty)]).status == 200)
        #expect(try await kept(of: id).allSatisfy { $0 == .null })
        #expect(try await staff.get("/usuarios/\(id)")["empleado"]?["dni"] == Staff.empleado["dni"])
    }

    @Test("Who is no employee has a null in the place, and what was not told of one is null")
    func absent() async throws {
        let staff = try await Staff.hired(at: site)
        let id = try #require(try await staff.send("POST", "/usuarios", staff.newcomer())["id"]?.integer)
        let shape = { (empleado: String) in
            "200 {activo: bool, email: string, empleado: \(empleado), fechaCreacion: time, id: integer, rol: {descripcion: string, id: integer, nombre: string}, ultimoLogin: null, username: string}"
        }
        #expect(try await staff.get("/usuarios/\(id)").shape == shape("null"))
        let little: JSONText = ["nombres": "Ana", "apellidos": "Llaves", "dni": "7"]
        #expect(try await staff.send("PUT", "/usuarios/\(id)", ["empleado": little]).status == 200)
        #expect(
            try await staff.get("/usuarios/\(id)").shape
                == shape(
                    "{apellidos: string, direccion: null, dni: string, email: null, estado: string, fechaIngreso: null, "
                        + "fechaNacimiento: null, id: integer, nombres: string, salario: null, telefono: null}"
                )
        )
        #expect(try await staff.get("/usuarios/\(id)")["empleado"]?["estado"] == "activo")
        // What makes no employee complete.
        let other = try #require(try await staff.send("POST", "/usuarios", staff.newcomer())["id"]?.integer)
        let incomplete = try await staff.send("PUT", "/usuarios/\(other)", ["empleado": ["telefono": "1"]])
        #expect(incomplete.status == 400 && incomplete.faultyFields == ["empleado"])
    }

    @Test(
        "What no employee has is refused by its field",
        arguments: [
            #""salario":-1"#, #""salario":-0"#, #""salario":1.005"#, #""salario":1e3"#, #""salario":10000000000"#,
            #""salario":"1""#, #""salario":1500.100"#, #""salario":0.105"#,
            #""salario":9007199254740993.01"#, #""salario":0.10000000000000000000000000000001"#, #""salario":1E2"#,
            #""salario":1e400"#,
            #""estado":"ACTIVO""#, #""estado":1"#, #""fechaIngreso":"2020-02-30""#,
            #""fechaNacimiento":"0000-01-01""#, #""fechaNacimiento":"1990-1-1""#, #""dni":"""#, #""dni":7"#,
            #""nombres":"  ""#, #""email":"x""#, #""telefono":{}"#,
            #""dni":"1234\u200b5678-A""#, #""telefono":"\u202e1234""#, #""direccion":"\ufeff""#,
        ]
    )
    func malformedEmployees(field: String) async throws {
        let staff = try await Staff.hired(at: site)
        let id = try await staff.number(of: staff.admin)
        let name = field.split(separator: "\"")[0]
        let rest = ["nombres", "apellidos", "dni"].filter { $0 != name }.map { #""\#($0)":"x""# }
        let body = #"{"empleado":{\#((rest + [field]).joined(separator: ","))}}"#
        let reply = try await staff.visitor.send(
            "PUT",
            "/api/usuarios/\(id)",
            body: body,
            token: staff.token,
            headers: staff.headers
        )
        #expect(reply.shape == "400 {errors: [{field: string, message: string}], message: string}")
        #expect(reply.faultyFields == ["empleado.\(name)"])
        #expect(reply["message"] == "Datos inválidos")
    }
}
