import Domain
import HTTP
import Services

extension IngeocimycSurface {
    func logout(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        var body = try JSONBody(request, isOptional: true)
        let all = body.optionalBool("all") ?? false
        try body.finish()
        var count = 1
        if all {
            count = try await sessions.logoutAll(caller, exceptCurrent: false, origin: request.origin)
        } else {
            try await sessions.logout(caller, origin: request.origin)
        }
        return .json(200) {
            $0.field("message", count == 1 ? "Sesión cerrada." : "Sesiones cerradas.")
            $0.field("sessionsRevoked", count)
        }
    }

    func listSessions(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        let list = try await sessions.list(for: caller.caller)
        var writer = JSONWriter()
        writer.array {
            for session in list { $0.session(session, isCurrent: session.id == caller.caller.sessionID) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func endSession(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        // Digits alone: what else `Int` takes is no number of a session.
        guard let text = request.parameters["id"], text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text).flatMap({ SessionNumber($0) })
        else { throw AuthError.sessionNotFound }
        try await sessions.revoke(number, by: caller, origin: request.origin)
        return .json(200) { $0.field("message", "Sesión cerrada." as String) }
    }
}

extension JSONWriter {
    fileprivate mutating func session(_ session: SessionSummary, isCurrent: Bool) {
        object {
            $0.field("id", session.number.rawValue)
            $0.field("ipAddress", session.address)
            $0.field("userAgent", session.userAgent)
            $0.field("device", session.device)
            $0.field("createdAt", session.createdAt)
            $0.field("lastActivity", session.lastSeenAt)
            $0.field("expiresAt", session.expiresAt)
            $0.field("isCurrent", isCurrent)
        }
    }
}
