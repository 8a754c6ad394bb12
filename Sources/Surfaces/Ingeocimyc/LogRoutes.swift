import Domain
import FoundationEssentials
import HTTP
import Services

extension IngeocimycSurface {
    func listLogs(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        var query = try QueryReader(request.query)
        let page = query.int("page", in: 1...1_000_000) ?? 1
        let limit = query.int("limit", in: 1...100) ?? 20
        let question = LogQuery(
            event: query.word("event", 3...63, like: "authn_login_fail"),
            userNumber: query.int("userId", in: 1...9_007_199_254_740_991),
            email: query.text("email", .line(1...EmailAddress.maximumLength)),
            success: query.bool("success"),
            from: query.moment("from", endOfDay: false),
            to: query.moment("to", endOfDay: true),
            limit: limit,
            offset: (page - 1) * limit
        )
        try query.finish()
        let found = try await logs.page(question, for: caller, origin: request.origin)
        return .json(200) {
            $0.array("logs") {
                for entry in found.items { $0.log(entry) }
            }
            $0.object("pagination") {
                $0.field("page", page)
                $0.field("limit", limit)
                $0.field("total", found.total)
                $0.field("totalPages", (found.total + limit - 1) / limit)
            }
        }
    }
}

extension QueryReader {
    /// A moment, or a day: from its beginning, or to its end.
    fileprivate mutating func moment(_ name: String, endOfDay: Bool) -> Date? {
        guard let text = value(name), let day = CivilDate(text: text.utf8.span) else { return date(name) }
        return Date(timeIntervalSince1970: Double(day.daysSinceEpoch + (endOfDay ? 1 : 0)) * 86_400)
    }
}

extension JSONWriter {
    fileprivate mutating func log(_ entry: LogEntry) {
        object {
            $0.field("id", entry.id)
            $0.field("event", entry.event)
            $0.field("success", entry.success)
            $0.field("reason", entry.reason)
            $0.field("userId", entry.userNumber)
            $0.field("email", entry.email)
            $0.field("ipAddress", entry.address)
            $0.field("userAgent", entry.userAgent)
            $0.field("sessionId", entry.sessionNumber)
            $0.field("createdAt", entry.occurredAt)
        }
    }
}
