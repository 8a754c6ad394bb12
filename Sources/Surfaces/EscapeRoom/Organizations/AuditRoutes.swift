import Domain
import HTTP
import Services

extension OrganizationsSurface {
    func listAuditLog(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var query = try QueryReader(request.query)
        let question = AuditQuery(&query)
        try query.finish()
        let page = try await audit.page(question, for: caller, origin: request.origin)
        var writer = JSONWriter()
        writer.object {
            $0.array("data") {
                for entry in page.entries { $0.entry(entry) }
            }
            $0.field("next_cursor", page.next?.text)
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension AuditQuery {
    fileprivate init(_ query: inout QueryReader) {
        self.init(
            from: query.date("from"),
            to: query.date("to"),
            event: query.word("event", 3...63, like: "authz_change"),
            userID: query.uuid("user_id").map { UserID(rawValue: $0) },
            after: query.cursor(),
            limit: query.int("limit", in: 1...200) ?? 50
        )
    }
}

extension QueryReader {
    fileprivate mutating func cursor() -> AuditPosition? {
        guard let text = value("cursor") else { return nil }
        let cursor = AuditCursor(text)
        if cursor == nil {
            refuse(
                "cursor",
                .other(
                    english: "must be a next_cursor of this list",
                    spanish: "debe ser un next_cursor de esta lista"
                )
            )
        }
        return cursor?.position
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ entry: AuditEntry) {
        object {
            $0.field("id", entry.id)
            $0.field("event", entry.event)
            $0.field("success", entry.success)
            $0.field("reason", entry.reason)
            $0.field("user_id", entry.userID?.rawValue)
            $0.field("actor_id", entry.actorID?.rawValue)
            $0.field("email", entry.email)
            $0.field("session_id", entry.sessionID?.rawValue)
            $0.field("ip_address", entry.address)
            $0.field("user_agent", entry.userAgent)
            $0.field("request_id", entry.requestID)
            $0.field("surface", entry.surface)
            if let details = entry.details {
                $0.field("details", json: Array(details.utf8)[...])
            } else {
                $0.null("details")
            }
            $0.field("created_at", entry.occurredAt)
        }
    }
}
