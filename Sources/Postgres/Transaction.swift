import Reactor

/// An open transaction, lent to one closure.
///
/// It is not `Sendable`, so its statements follow one another, as the server would have it. The first one carries the
/// `BEGIN`, so that opening costs no round trip; one without statements costs none at all.
package final class Transaction {
    private let database: Database
    private let lease: Lease
    private let settings: SQL?
    private let beginning: SQL
    private var phase = Phase.new
    /// Whether the whole may succeed when it is run again: the server said so, or it was lost before its end.
    private(set) var mayBeRepeated = false

    private enum Phase {
        case new, open, failed, ended
    }

    package enum Isolation: Sendable {
        case readCommitted, repeatableRead, serializable

        var beginning: SQL {
            switch self {
            case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
            case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            }
        }
    }

    init(over lease: Lease, of database: Database, isolation: Isolation, settings: SQL?) {
        self.database = database
        self.lease = lease
        self.settings = settings
        beginning = isolation.beginning
    }

    /// Runs a statement that changes nothing.
    package func read(_ sql: SQL) async throws(PostgresError) -> Rows {
        try await run(sql)
    }

    /// Runs a statement.
    ///
    /// - Throws: When the connection is lost, `.unavailable`: the transaction had no effect.
    package func write(_ sql: SQL) async throws(PostgresError) -> Rows {
        try await run(sql)
    }

    private func run(_ sql: SQL) async throws(PostgresError) -> Rows {
        guard !sql.isTooLarge else { throw PostgresError(.server(sqlState: "54000", constraint: nil)) }
        do throws(PostgresError) {
            switch phase {
            case .new: return try await runFirst(sql)
            case .open: return try await answer(to: Segment(statement: sql, deadline: database.deadline))
            case .failed: throw Self.alreadyFailed
            case .ended: throw PostgresError(.server(sqlState: "25P01", constraint: nil))
            }
        } catch {
            guard error.kind == .connectionLost else { throw error }
            mayBeRepeated = true
            throw .unavailable
        }
    }

    /// If this fails, so has the transaction, even where it was the `BEGIN` that failed: what followed would be outside.
    private func runFirst(_ sql: SQL) async throws(PostgresError) -> Rows {
        phase = .failed
        var segment = Segment(statement: sql, settings: settings, begin: beginning, deadline: database.deadline)
        var outcome = await database.answer(to: segment, over: lease)
        if case .again = outcome {
            _ = try await answer(to: Segment(statement: "ROLLBACK", deadline: database.deadline))
            segment.isRepeated = true
            outcome = await database.answer(to: segment, over: lease)
        }
        let rows = try rows(of: outcome)
        phase = .open
        return rows
    }

    /// Makes everything take effect.
    ///
    /// - Throws: `.connectionLost` or `.timedOut` when nobody knows whether it has.
    func commit() async throws(PostgresError) {
        guard phase != .failed else { throw Self.alreadyFailed }
        guard phase == .open else { return end() }
        phase = .ended
        defer { end() }
        let rows = try await answer(to: Segment(statement: "COMMIT", deadline: database.deadline))
        // a transaction in which a statement failed ends like this, without an error
        guard rows.commandTag == "COMMIT" else { throw Self.alreadyFailed }
    }

    /// Makes nothing take effect; on a lost connection that is so already.
    func rollBack() async {
        if phase == .open || phase == .failed {
            _ = try? await answer(to: Segment(statement: "ROLLBACK", deadline: database.deadline))
        }
        end()
    }

    private static let alreadyFailed = PostgresError(.server(sqlState: "25P02", constraint: nil))

    private func answer(to segment: Segment) async throws(PostgresError) -> Rows {
        try rows(of: await database.answer(to: segment, over: lease))
    }

    private func rows(of outcome: Outcome) throws(PostgresError) -> Rows {
        switch outcome {
        case .rows(let rows):
            return rows
        case .again(let error):
            mayBeRepeated = true
            throw error
        case .failed(let error):
            mayBeRepeated = mayBeRepeated || error.isSerializationFailure || error == .unavailable
            throw error
        }
    }

    private func end() {
        phase = .ended
        database.end(lease)
    }
}
