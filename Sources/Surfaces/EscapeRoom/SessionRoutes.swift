import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    func listSessions(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        let list = try await sessions.list(for: caller)
        var writer = JSONWriter()
        writer.array {
            for session in list { $0.session(session, isCurrent: session.id == caller.sessionID) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func endSession(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        guard let id = request.parameters.uuid("id") else { throw AuthError.sessionNotFound }
        try await sessions.revoke(SessionID(rawValue: id), by: caller, origin: request.origin)
        return Response(status: 204)
    }

    func logoutAll(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request, isOptional: true)
        let exceptCurrent = body.optionalBool("except_current") ?? false
        try body.finish()
        let count = try await sessions.logoutAll(caller, exceptCurrent: exceptCurrent, origin: request.origin)
        var writer = JSONWriter()
        writer.object { $0.field("sessions_revoked", count) }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func session(_ session: SessionSummary, isCurrent: Bool) {
        object {
            $0.field("id", session.id.rawValue)
            $0.field("created_at", session.createdAt)
            $0.field("last_seen_at", session.lastSeenAt)
            $0.field("expires_at", session.expiresAt)
            $0.field("ip_address", session.address)
            $0.field("user_agent", session.userAgent)
            $0.field("device", session.device)
            $0.field("current", isCurrent)
            $0.field("organization_id", session.organizationID?.rawValue)
        }
    }
}
