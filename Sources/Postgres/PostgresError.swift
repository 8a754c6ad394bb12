/// What went wrong between us and the database.
///
/// It neither holds nor prints a bound value: messages of the server repeat them, and this reaches logs.
package struct PostgresError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Nothing was executed: no connection could be had, or it was lost while the outcome was still certain.
        ///
        /// The seconds are what a client may be told to wait.
        case unavailable(retryAfter: Int)
        /// The connection broke while the statement was on its way: whether it took effect is not known.
        case connectionLost
        /// No answer within our own deadline; whether the statement took effect is not known.
        case timedOut
        /// Too many are waiting for a connection already; nothing was executed.
        case overloaded
        case server(sqlState: String, constraint: String?)
        case decoding(column: String, expected: String)
    }

    package let kind: Kind

    package init(_ kind: Kind) {
        self.kind = kind
    }

    package static let unavailable = PostgresError(.unavailable(retryAfter: 1))

    /// Whether the statement broke the named constraint.
    package func violates(_ constraint: String) -> Bool {
        guard case .server(_, let broken) = kind else { return false }
        return broken == constraint
    }

    /// The server's five characters, if it was the server that refused.
    package var sqlState: String? {
        guard case .server(let sqlState, _) = kind else { return nil }
        return sqlState
    }

    /// Whether the same transaction may well succeed when it is run again from its beginning.
    package var isSerializationFailure: Bool {
        sqlState == "40001" || sqlState == "40P01"
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .unavailable: "the database is unavailable"
        case .connectionLost: "the connection to the database was lost, the outcome is not known"
        case .timedOut: "the database did not answer in time"
        case .overloaded: "too many calls are waiting for the database"
        case .server(let sqlState, let constraint):
            "the database refused (SQLSTATE \(sqlState)\(constraint.map { ", constraint \($0)" } ?? ""))"
        case .decoding(let column, let expected): "column \(column) cannot be read as \(expected)"
        }
    }
}
