import Domain
package import Postgres

/// What the database needs from time to time, by whichever server comes first.
package struct UpkeepRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Whether the database answers, and has had the migration with this number.
    package func isReady(with migration: Int) async -> Bool {
        let found = try? await database.read(
            "SELECT EXISTS (SELECT FROM portero.migrations m WHERE m.number = \(Int32(clamping: migration)))"
        ).first { (row: inout Row) throws(PostgresError) -> Bool in try row.next() }
        return found ?? false
    }

    /// Makes the partitions of `auth_logs` for the months to come.
    package func prepareLogPartitions() async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write("SELECT portero.prepare_log_partitions()")
        }
    }

    /// Counts one more day of `auth_logs`; false when there is none to count.
    package func tallyLogs() async throws -> Bool {
        let more = try await reaching { () throws(PostgresError) in
            try await database.write("SELECT portero.tally_logs()")
                .first { (row: inout Row) throws(PostgresError) -> Bool in try row.next() }
        }
        return more ?? false
    }

    /// Forgets some of what nothing depends on any more; answers how many rows went.
    package func tidy() async throws -> Int {
        let count = try await reaching { () throws(PostgresError) in
            try await database.write("SELECT portero.tidy()")
                .first { (row: inout Row) throws(PostgresError) -> Int in try row.next() }
        }
        return count ?? 0
    }
}
