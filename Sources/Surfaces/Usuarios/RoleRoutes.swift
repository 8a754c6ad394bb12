import Domain
import HTTP
import Services

extension UsuariosSurface {
    /// Without a limit, all of them: there are never many.
    private static let rules = PageRequest.Rules(sorts: RoleSort.names.map(\.name), limit: 1000)

    func listRoles(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var query = try QueryReader(request.query)
        let page = PageRequest(&query, Self.rules)
        try query.finish()
        let roles = try await directory.roles(
            ListQuery(page, by: RoleSort.named(page.sort)),
            words: BuiltInRole.descripciones,
            for: caller
        )
        var writer = JSONWriter()
        writer.array {
            for role in roles { $0.object { $0.rol(role) } }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func readRole(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        let role = try await directory.role(request.parameters.number, for: caller)
        return .json(200) { $0.rol(role) }
    }
}

extension JSONWriter {
    /// There are no inactive roles: what is not used is deleted.
    fileprivate mutating func rol(_ role: DirectoryRole) {
        field("id", role.number)
        field("nombre", role.name)
        field("descripcion", role.descripcion)
        field("activo", true)
        field("fechaCreacion", role.createdAt)
    }
}

extension RoleSort {
    fileprivate static let names: [(name: String, sort: RoleSort)] = [
        ("id", .number), ("nombre", .name), ("descripcion", .description), ("fechaCreacion", .createdAt),
        ("activo", .number),
    ]

    fileprivate static func named(_ name: String) -> RoleSort {
        names.first { $0.name == name }?.sort ?? .number
    }
}
