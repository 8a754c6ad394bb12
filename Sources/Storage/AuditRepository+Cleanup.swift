package import Domain
import Postgres

extension AuditRepository {
    /// Deletes a batch of what was over this many days ago; the first is written down even if it finds nothing.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`, `.retentionTooShort`.
    package func cleanUp(olderThan days: Int, isFirst: Bool, by actor: Actor) async throws -> CleanedUp {
        let refusals: [String: AuthError] = refusals(
            lacking: .manageOrganization,
            ["retention_too_short": .retentionTooShort]
        )
        let batch = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT sessions, refresh_tokens, codes, logs, more FROM portero.clean_up(
                    \(actor.identity), \(Int32(clamping: days)), \(isFirst), \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try CleanedUp(&row) }
        }
        guard let batch else { throw AuthError.organizationNotFound }
        return batch
    }

    /// - Throws: `AuthError.organizationNotFound`, `.missing`.
    package func storedRecords(olderThan days: Int, for actor: Actor) async throws -> [StoredRecords] {
        try await reaching(refusals(lacking: .viewAuditLog)) { () throws(PostgresError) in
            try await database.readApart(
                """
                SELECT * FROM portero.clean_up_stats(
                    \(actor.userID), \(actor.organizationID), \(Int32(clamping: days)))
                """,
                .report
            ).map { (row: inout Row) throws(PostgresError) in try StoredRecords(&row) }
        }.compactMap { $0 }
    }
}

extension CleanedUp {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            sessions: try row.next(),
            refreshTokens: try row.next(),
            codes: try row.next(),
            logs: try row.next(),
            hasMore: try row.next()
        )
    }
}

extension StoredRecords {
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        guard let kind = Kind(rawValue: try row.next()) else { return nil }
        self.init(kind, total: try row.next(), old: try row.next(), oldest: try row.nextIfPresent())
    }
}
