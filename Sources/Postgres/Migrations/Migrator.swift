package import Reactor

/// Brings a database's schema up to date, one transaction a migration.
///
/// What was applied is written down in `portero.migrations` with a checksum. Only one program migrates at a time. It
/// connects as the URL says, without taking on the runtime role, and its statements may take as long as they need.
package struct Migrator: Sendable {
    private let migrations: [Migration]
    private let url: String
    private let loop: EventLoop
    private let lockPatience: Duration

    /// Identifies our advisory lock among those of others: "portero" in ASCII.
    private static let lock = 0x70_6f_72_74_65_72_6f

    /// Waits up to `lockPatience` for another program that migrates.
    package init(
        migrations: [Migration],
        url: String,
        on loop: EventLoop,
        lockPatience: Duration = .seconds(60)
    ) {
        self.migrations = migrations
        self.url = url
        self.loop = loop
        self.lockPatience = lockPatience
    }

    /// Applies what is pending, and answers how many migrations that were; `progress` is called after each with it.
    ///
    /// - Throws: `MigrationError`; `ScriptError` when the database cannot be reached or refuses its own bookkeeping.
    @discardableResult
    package func apply(progress: @escaping @Sendable (Migration) -> Void = { _ in }) async throws -> Int {
        try checkNumbering()
        return try await Session.with(url, on: loop) { session in
            // most starts find nothing to do, and need neither lock nor table for that
            guard try await !pending(in: session).isEmpty else { return 0 }
            try await lock(session)
            try await session.run(History.table)
            let missing = try await pending(in: session)
            for migration in missing {
                try await apply(migration, in: session)
                progress(migration)
            }
            return missing.count
        }
    }

    /// What `apply` would apply.
    package func pending() async throws -> [Migration] {
        try checkNumbering()
        return try await Session.with(url, on: loop) { session in try await pending(in: session) }
    }

    /// Every migration we know, after the same checks as `apply`.
    package func status() async throws -> [MigrationStatus] {
        try checkNumbering()
        return try await Session.with(url, on: loop) { session in
            let history = try await History(in: session)
            try await history.check(against: migrations, in: session)
            return migrations.map {
                MigrationStatus(number: $0.number, name: $0.name, appliedAt: history.entry($0.number)?.appliedAt)
            }
        }
    }

    private func checkNumbering() throws(MigrationError) {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw .misnumbered(expected: index + 1, found: migration.number)
        }
    }

    private func pending(in session: Session) async throws -> [Migration] {
        let history = try await History(in: session)
        try await history.check(against: migrations, in: session)
        return migrations.filter { history.entry($0.number) == nil }
    }

    /// The lock is the session's, and ends with it.
    private func lock(_ session: Session) async throws {
        do throws(ScriptError) {
            try await session.run("SET lock_timeout = \(max(1, lockPatience.wholeNanoseconds / 1_000_000))")
            _ = try await session.query("SELECT pg_advisory_lock(\(Self.lock))")
            try await session.run("SET lock_timeout = 0")
        } catch {
            if error.sqlState == "55P03" { throw MigrationError.locked }
            throw error
        }
    }

    private func apply(_ migration: Migration, in session: Session) async throws {
        do {
            try await session.run("BEGIN")
            let before = try await transactionNumber(session)
            try await session.run(migration.sql)
            guard await session.isInTransaction, try await transactionNumber(session) == before else {
                throw MigrationError.endsItsTransaction(number: migration.number, name: migration.name)
            }
            _ = try await session.query(History.note(migration))
            try await session.run("COMMIT")
        } catch let error as ScriptError {
            throw MigrationError.failed(number: migration.number, name: migration.name, reason: error)
        }
    }

    private func transactionNumber(_ session: Session) async throws -> String? {
        let rows = try await session.query("SELECT pg_current_xact_id()::text")
        return try rows.first { (row) throws(PostgresError) in try row.next() }
    }
}
