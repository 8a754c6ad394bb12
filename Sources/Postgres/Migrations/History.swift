/// What `portero.migrations` tells.
struct History {
    struct Entry {
        let number: Int
        let name: String
        let checksum: String
        let appliedAt: String

        init(row: inout Row) throws(PostgresError) {
            number = try row.next()
            name = try row.next()
            checksum = try row.next()
            appliedAt = try row.next()
        }
    }

    static let table = """
        CREATE SCHEMA IF NOT EXISTS portero;
        CREATE TABLE IF NOT EXISTS portero.migrations (
            number     integer PRIMARY KEY,
            name       text NOT NULL,
            checksum   text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        """

    private let entries: [Entry]

    /// Reads it; a database without the table has no history.
    init(in session: Session) async throws {
        let exists = try await session.query("SELECT to_regclass('portero.migrations') IS NOT NULL")
            .first { (row) throws(PostgresError) -> Bool in try row.next() }
        guard exists == true else {
            entries = []
            return
        }
        let sql: SQL = "SELECT number, name, checksum, applied_at::text FROM portero.migrations ORDER BY number"
        entries = try await session.query(sql).map(Entry.init(row:))
    }

    func entry(_ number: Int) -> Entry? {
        entries.first { $0.number == number }
    }

    /// Refuses a history that is not the beginning of the given migrations, character by character.
    func check(against migrations: [Migration], in session: Session) async throws {
        for entry in entries where !migrations.contains(where: { $0.number == entry.number }) {
            throw MigrationError.newerDatabase(number: entry.number, name: entry.name)
        }
        let checksums = try await Self.checksums(of: Array(migrations.prefix(entries.last?.number ?? 0)), in: session)
        for (migration, checksum) in zip(migrations, checksums) {
            guard let entry = entry(migration.number) else {
                throw MigrationError.skipped(number: migration.number, name: migration.name)
            }
            guard entry.name == migration.name else {
                throw MigrationError.renamed(number: entry.number, applied: entry.name, given: migration.name)
            }
            guard entry.checksum == checksum else {
                throw MigrationError.altered(number: entry.number, name: entry.name)
            }
        }
    }

    /// Writes down that a migration was applied.
    static func note(_ migration: Migration) -> SQL {
        """
        INSERT INTO portero.migrations (number, name, checksum)
        VALUES (\(migration.number), \(migration.name), encode(sha256(convert_to(\(migration.sql), 'UTF8')), 'hex'))
        """
    }

    /// Computed by the server, so that this room needs no cryptography.
    private static func checksums(of migrations: [Migration], in session: Session) async throws -> [String] {
        guard !migrations.isEmpty else { return [] }
        let sql: SQL = """
            SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex')
              FROM unnest(\(migrations.map(\.sql))) WITH ORDINALITY AS given (text, number)
             ORDER BY number
            """
        return try await session.query(sql).map { (row) throws(PostgresError) in try row.next() }
    }
}
