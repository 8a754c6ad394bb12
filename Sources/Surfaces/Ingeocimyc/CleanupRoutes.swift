import Domain
import FoundationEssentials
import HTTP
import Services

extension IngeocimycSurface {
    func cleanUp(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        var body = try JSONBody(request)
        let days = body.int("days", in: 30...3650)
        try body.finish()
        let deleted = try await cleanups.cleanUp(olderThan: days, by: caller, origin: request.origin)
        return .json(200) {
            $0.object("deletedRecords") {
                $0.field("sessions", deleted.sessions)
                $0.field("refreshTokens", deleted.refreshTokens)
                $0.field("codes", deleted.codes)
                $0.field("logs", deleted.logs)
                $0.field("total", deleted.total)
            }
            $0.field(
                "message",
                deleted.hasMore
                    ? "Se eliminaron \(deleted.total) registros de más de \(days) días; quedan más: repita la limpieza."
                    : "Se eliminaron \(deleted.total) registros de más de \(days) días."
            )
        }
    }

    func showCleanupStats(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        var query = try QueryReader(request.query)
        let days = query.int("days", in: 1...3650) ?? 90
        try query.finish()
        let records = try await cleanups.storedRecords(olderThan: days, for: caller, origin: request.origin)
        return .json(200) {
            $0.field("oldRecords", records.reduce(0) { $0 + $1.old })
            $0.field("oldestRecord", records.compactMap(\.oldest).min())
            $0.field("totalRecords", records.reduce(0) { $0 + $1.total })
            $0.object("byTable") {
                for table in records { $0.table(table) }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func table(_ table: StoredRecords) {
        object(table.kind.name) {
            $0.field("oldRecords", table.old)
            $0.field("oldestRecord", table.oldest)
            $0.field("totalRecords", table.total)
        }
    }
}

extension StoredRecords.Kind {
    fileprivate var name: StaticString {
        switch self {
        case .sessions: "sessions"
        case .refreshTokens: "refreshTokens"
        case .codes: "codes"
        case .logs: "logs"
        }
    }
}
