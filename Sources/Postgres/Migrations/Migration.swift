/// One numbered step of the schema.
package struct Migration: Hashable, Sendable {
    /// Counted from 1, without a gap.
    package let number: Int
    package let name: String
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}

/// A migration and when it was applied, if it was.
package struct MigrationStatus: Hashable, Sendable {
    package let number: Int
    package let name: String
    /// As PostgreSQL writes it, in UTC.
    package let appliedAt: String?

    package var isApplied: Bool { appliedAt != nil }
}

/// Why migrations were not applied; every case leaves the database as its last whole migration left it.
package enum MigrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The numbers of the given migrations do not run 1, 2, 3, …
    case misnumbered(expected: Int, found: Int)
    /// The database has a migration that this program does not know.
    case newerDatabase(number: Int, name: String)
    /// The text of an applied migration is not what was applied.
    case altered(number: Int, name: String)
    case renamed(number: Int, applied: String, given: String)
    /// A later migration was applied, this one was not.
    case skipped(number: Int, name: String)
    case failed(number: Int, name: String, reason: ScriptError)
    /// A migration may not commit or roll back: it shares its transaction with the note that it was applied.
    case endsItsTransaction(number: Int, name: String)
    /// Somebody else has been migrating for too long.
    case locked

    package var description: String {
        switch self {
        case .misnumbered(let expected, let found):
            "migration \(found) stands where number \(expected) is due"
        case .newerDatabase(let number, let name):
            "the database is newer than this program: it has migration \(number) (\(name))"
        case .altered(let number, let name):
            "migration \(number) (\(name)) was changed after it was applied"
        case .renamed(let number, let applied, let given):
            "migration \(number) was applied as \(applied) and is now called \(given)"
        case .skipped(let number, let name):
            "migration \(number) (\(name)) was never applied, though a later one was"
        case .failed(let number, let name, let reason):
            "migration \(number) (\(name)) failed and was undone: \(reason)"
        case .endsItsTransaction(let number, let name):
            "migration \(number) (\(name)) ends its transaction, which it may not"
        case .locked:
            "another program has been migrating this database for too long"
        }
    }
}
