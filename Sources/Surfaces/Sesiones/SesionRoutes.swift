import Domain
import FoundationEssentials
import HTTP
import Services

extension SesionesSurface {
    func own(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        return .sesion(caller.session, token: request.header("x-auth-token") ?? "", status: 200)
    }

    func open(_ request: Request) async throws -> Response {
        // A token counts more than a key: it says who asks.
        let person = request.headerBytes("x-auth-token") == nil ? nil : try await caller(of: request)
        let program = person == nil ? try await program(of: request) : nil
        var body = try JSONBody(request)
        let user = body.number("ID_Usuario")
        let device = body.device(1...200)
        try body.finish()
        if let person {
            let (session, token) = try await numbered.open(
                for: user,
                device: device,
                lifetime: lifetime,
                by: person,
                origin: request.origin
            )
            return .sesion(session, token: token, status: 201)
        }
        guard let program else { throw AuthError.unauthenticated }
        let (session, token) = try await numbered.open(
            for: user,
            device: device,
            lifetime: lifetime,
            by: program,
            at: request.host,
            origin: request.origin
        )
        return .sesion(session, token: token, status: 201)
    }

    func replace(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let number = body.number("ID_Sesion")
        let user = body.number("ID_Usuario")
        let token = body.token()
        let startedAt = body.int("Fecha_Inicio", in: 0...SessionNumber.range.upperBound)
        let expiresAt = body.int("Fecha_Expiracion", in: 0...SessionNumber.range.upperBound)
        let state = body.int("Estado_Sesion", in: 0...1)
        let lastSeenAt = body.int("Ultima_Actividad", in: 0...SessionNumber.range.upperBound)
        let device = body.device(0...Origin.userAgentLimit)
        try body.finish()
        guard let token, let number = SessionNumber(number) else { throw InvalidBody.notAnObject }
        let wanted = WantedSession(
            number: number,
            userNumber: user,
            startedAt: startedAt,
            expiresAt: expiresAt,
            lastSeenAt: lastSeenAt,
            isLive: state == 1,
            device: device
        )
        let session = try await numbered.update(to: wanted, token: token, by: caller, origin: request.origin)
        return .sesion(session, token: token, status: 200)
    }

    func logout(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request, isOptional: true)
        let token = request.body.isEmpty ? request.header("x-auth-token") : body.token()
        try body.finish()
        let count = try await numbered.end(tokenOf: token ?? "", by: caller, origin: request.origin)
        return .closed(count)
    }

    func logoutAll(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request, isOptional: true)
        let token = request.body.isEmpty ? nil : body.token()
        try body.finish()
        if let token { try await numbered.requireOwn(token, caller, origin: request.origin) }
        return .closed(try await sessions.logoutAll(caller.caller, exceptCurrent: false, origin: request.origin))
    }
}

extension JSONBody {
    fileprivate mutating func number(_ name: StaticString) -> Int {
        int(name, in: SessionNumber.range)
    }

    /// Nil is never used: `finish` throws first.
    fileprivate mutating func token() -> String? {
        let before = errors.count
        let token = string("Token_Sesion", .verbatim(upToBytes: 8192))
        return errors.count == before ? token : nil
    }

    fileprivate mutating func device(_ length: ClosedRange<Int>) -> String {
        string("Dispositivo", .line(length))
    }
}

extension Response {
    fileprivate static func sesion(_ session: NumberedSession, token: String, status: Int) -> Response {
        var writer = JSONWriter()
        writer.object {
            $0.field("ID_Sesion", session.number.rawValue)
            $0.field("ID_Usuario", session.userNumber)
            $0.field("Token_Sesion", token)
            $0.field("Fecha_Inicio", session.startedAt.wholeSeconds)
            $0.field("Fecha_Expiracion", session.expiresAt.wholeSeconds)
            $0.field("Estado_Sesion", session.isLive ? 1 : 0)
            $0.field("Ultima_Actividad", session.lastSeenAt.wholeSeconds)
            $0.field("Dispositivo", session.device)
        }
        return Response(status: status, contentType: .json, body: writer.bytes)
    }

    fileprivate static func closed(_ count: Int) -> Response {
        var writer = JSONWriter()
        writer.object {
            $0.field("message", (count == 1 ? "Sesión cerrada" : "Sesiones cerradas") as String)
            $0.field("sesiones_cerradas", count)
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension Date {
    /// Since 1970, a fraction left out.
    fileprivate var wholeSeconds: Int { Int(timeIntervalSince1970.rounded(.down)) }
}
