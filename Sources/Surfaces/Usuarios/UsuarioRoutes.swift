import Domain
import HTTP
import Services

extension UsuariosSurface {
    private static let rules = PageRequest.Rules(sorts: PersonSort.names.map(\.name), limit: 10)

    func listUsuarios(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var query = try QueryReader(request.query)
        let page = PageRequest(&query, Self.rules)
        try query.finish()
        let list = try await directory.people(
            ListQuery(page, by: PersonSort.named(page.sort)),
            for: caller,
            origin: request.origin
        )
        return .page(page.page, limit: page.limit, of: list.items, total: list.total) { writer, person in
            writer.object { $0.usuario(person, withLogin: true) }
        }
    }

    func readUsuario(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        let entry = try await directory.person(request.parameters.number, for: caller, origin: request.origin)
        return .json(200) {
            $0.usuario(entry.person, withLogin: true)
            $0.empleado(of: entry)
        }
    }

    func createUsuario(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let username = body.username()
        let email = body.email("email")
        let password = body.string("password", .verbatim(upToBytes: 4096))
        let role = body.int("rolId", in: Numbers.range)
        let isActive = body.optionalBool("activo") ?? true
        let employee = body.empleado(isNew: true)
        body.requireValue("username")
        body.requireValue("email")
        try body.finish()
        guard let username, let email else { throw InvalidBody.notAnObject }
        let person = NewPerson(
            username: username,
            email: email,
            password: password,
            role: role,
            isActive: isActive,
            employee: employee
        )
        let entry = try await directory.create(person, by: caller, origin: request.origin)
        return .json(201) { $0.usuario(entry.person, withLogin: false) }
    }

    func changeUsuario(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        var change = PersonChange()
        change.username = body.wantedUsername()
        change.email = body.email("email")
        change.role = body.optionalInt("rolId", in: Numbers.range)
        change.isActive = body.optionalBool("activo")
        change.employee = body.empleado(isNew: false)
        try body.finish()
        let entry = try await directory.change(
            request.parameters.number,
            change,
            by: caller,
            origin: request.origin
        )
        return .json(200) { $0.usuario(entry.person, withLogin: false) }
    }

    func deleteUsuario(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        try await directory.delete(request.parameters.number, by: caller, origin: request.origin)
        return .message("Usuario eliminado exitosamente")
    }
}

extension PersonSort {
    /// As the contract calls them, the usual one first.
    fileprivate static let names: [(name: String, sort: PersonSort)] = [
        ("id", .number), ("username", .username), ("email", .email), ("activo", .isActive),
        ("fechaCreacion", .createdAt), ("ultimoLogin", .lastLoginAt), ("rol", .role),
    ]

    fileprivate static func named(_ name: String) -> PersonSort {
        names.first { $0.name == name }?.sort ?? .number
    }
}
