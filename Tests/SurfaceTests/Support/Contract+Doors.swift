import Support
import Testing

/// The listeners of one server, over a connection to each.
struct Doors: Sendable {
    let main: Visitor
    let usuarios: Visitor

    init(to server: ServerProcess, from address: String? = nil) throws {
        main = Visitor(to: server.port, from: address)
        let port = try #require(server.usuariosPort, "the server has no usuarios listener")
        usuarios = Visitor(to: port, from: address)
    }
}

/// How each contract says what all of them can be asked for.
extension Contract {
    func visitor(_ doors: Doors) -> Visitor { self == .usuarios ? doors.usuarios : doors.main }

    /// Tries a password.
    ///
    /// `name` is an e-mail address, or at usuarios a username too. Sesiones has no login: it opens nothing.
    func login(
        _ name: String,
        _ password: String = Person.password,
        at doors: Doors,
        saying more: [String: JSONText] = [:],
        headers: [(name: String, value: String)] = []
    ) async throws -> Reply {
        let path =
            switch self {
            case .escapeRoom: "/auth/login"
            case .sessionTracking: "/login"
            case .ingeocimyc, .usuarios: "/api/auth/login"
            case .sesiones: "/sesiones"
            }
        let body: [String: JSONText] = [
            self == .usuarios ? "username" : "email": .string(name), "password": .string(password),
        ]
        return try await visitor(doors).post(path, .object(body.merging(more) { $1 }), headers: headers)
    }

    /// The token of a login's answer.
    func token(_ reply: Reply) -> String {
        switch self {
        case .escapeRoom, .sessionTracking: reply.string("access_token")
        case .ingeocimyc: reply.string("accessToken")
        case .sesiones: reply.string("Token_Sesion")
        case .usuarios: reply.string("token")
        }
    }

    /// Whether a token is accepted: by session-tracking, as far as to learn that a number is no session's.
    func accepts(_ token: String, at doors: Doors) async throws -> Bool {
        let reply =
            switch self {
            case .escapeRoom: try await doors.main.get("/auth/me", token: token)
            case .sessionTracking: try await doors.main.post("/logout", ["session_id": 7], token: token)
            case .ingeocimyc: try await doors.main.get("/api/auth/profile", token: token)
            case .sesiones: try await doors.main.sesiones("GET", "/self", token: token)
            case .usuarios: try await doors.usuarios.get("/api/roles", token: token)
            }
        if reply.status == (self == .sessionTracking ? 404 : 200) { return true }
        guard reply.status == 401 else { throw UnexpectedReply(reply: reply) }
        return false
    }

    /// Ends the session of a token, which has this number.
    func logout(_ token: String, number: JSONText, at doors: Doors) async throws -> Reply {
        switch self {
        case .escapeRoom: try await doors.main.post("/auth/logout", token: token)
        case .sessionTracking: try await doors.main.post("/logout", ["session_id": number])
        case .ingeocimyc: try await doors.main.post("/api/auth/logout", token: token)
        case .sesiones: try await doors.main.sesiones("DELETE", "/logout", token: token)
        case .usuarios: try await doors.usuarios.post("/api/auth/logout", ["token": .string(token)], token: token)
        }
    }
}
