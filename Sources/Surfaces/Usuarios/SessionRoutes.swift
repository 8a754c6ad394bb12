import Domain
import HTTP
import Services

extension UsuariosSurface {
    private static let rules = PageRequest.Rules(sorts: OpenSessionSort.names.map(\.name), limit: 10)

    /// Ends the session of the token in the body, which must be of the person of the header.
    func logout(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let token = body.string("token", .verbatim(upToBytes: 8192))
        try body.finish()
        let named = try await authentication.caller(
            presenting: Array(token.utf8)[...],
            at: request.host,
            origin: request.origin
        )
        try await ownSessions.logout(named.caller, by: caller, origin: request.origin)
        return .message("Sesión cerrada exitosamente")
    }

    func listSesiones(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var query = try QueryReader(request.query)
        let page = PageRequest(&query, Self.rules)
        try query.finish()
        let list = try await directory.openSessions(
            ListQuery(page, by: OpenSessionSort.named(page.sort)),
            for: caller,
            origin: request.origin
        )
        return .page(page.page, limit: page.limit, of: list.items, total: list.total) { writer, session in
            writer.object { $0.sesion(session) }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func sesion(_ session: OpenSession) {
        field("id", session.number)
        object("usuario") {
            $0.field("id", session.userNumber)
            $0.field("username", session.username)
            $0.field("email", session.email)
        }
        field("fechaInicio", session.createdAt)
        field("fechaExpiracion", session.expiresAt)
        field("activa", true)
        // The contract has strings here: what was not told is empty.
        field("ipAddress", session.address ?? "")
        field("userAgent", session.userAgent ?? "")
    }
}

extension OpenSessionSort {
    /// All that are listed are live, so `activa` orders nothing.
    fileprivate static let names: [(name: String, sort: OpenSessionSort)] = [
        ("fechaInicio", .createdAt), ("id", .number), ("usuario", .user), ("fechaExpiracion", .expiresAt),
        ("activa", .createdAt), ("ipAddress", .address), ("userAgent", .userAgent),
    ]

    fileprivate static func named(_ name: String) -> OpenSessionSort {
        names.first { $0.name == name }?.sort ?? .createdAt
    }
}
