package import Domain
import Postgres

extension AuditRepository {
    /// A page by its number, and how many rows match; `owner` is told the numbers of their own live sessions.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`.
    package func page(_ query: LogQuery, for actor: Actor, owner: UserID?) async throws -> ListPage<LogEntry> {
        try await reaching(refusals(lacking: .viewAuditLog)) { () throws(PostgresError) in
            try await database.page(
                """
                SELECT * FROM portero.log_page(
                    \(actor.userID), \(actor.organizationID), \(query.event), \(query.userNumber),
                    \(query.email), \(query.success), \(query.from), \(query.to),
                    \(Int32(clamping: query.limit)), \(query.offset), \(owner))
                """
            ) { (row: inout Row) throws(PostgresError) in try LogEntry(onPage: &row) }
        }
    }
}

extension LogEntry {
    /// Nil for the row of an empty page, which tells the total alone.
    fileprivate init?(onPage row: inout Row) throws(PostgresError) {
        guard let id: Int = try row.nextIfPresent() else { return nil }
        self.init(
            id: id,
            event: try row.next(),
            success: try row.next(),
            reason: try row.nextIfPresent(),
            userNumber: try row.nextIfPresent(),
            email: try row.nextIfPresent(),
            address: try row.nextIfPresent(),
            userAgent: try row.nextIfPresent(),
            sessionNumber: try row.nextIfPresent(),
            occurredAt: try row.next()
        )
    }
}
