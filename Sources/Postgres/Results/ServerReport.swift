import CLibPQ

/// An error as the server reported it, before it is reduced to what may leave this room.
struct ServerReport {
    let sqlState: String
    let severity: String
    let constraint: String?
    /// May repeat bound values, so only what runs scripts of our own shows it.
    let message: String
    /// What might be done about it, in the server's or the script's words.
    let hint: String?
    /// Where in the statement, counted in characters from 1.
    let position: Int?
    private let function: String?

    /// Fails when it was libpq that gave up, not the server that answered.
    init?(_ result: OpaquePointer) {
        func field(_ code: Int) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        guard let sqlState = field(CLIBPQ_SQLSTATE) else { return nil }
        self.sqlState = sqlState
        severity = field(CLIBPQ_SEVERITY) ?? ""
        constraint = field(CLIBPQ_CONSTRAINT)
        message = field(CLIBPQ_MESSAGE) ?? ""
        hint = field(CLIBPQ_HINT)
        position = field(CLIBPQ_POSITION).flatMap { Int($0) }
        function = field(CLIBPQ_FUNCTION)
    }

    var error: PostgresError {
        PostgresError(.server(sqlState: sqlState, constraint: constraint))
    }

    /// Whether the connection is of no use any more: it ends, or leads to a server that takes no writes.
    var endsConnection: Bool {
        severity == "FATAL" || severity == "PANIC" || sqlState.hasPrefix("08") || sqlState.hasPrefix("57P0")
            || isReadOnlyServer
    }

    /// A server that was made a standby, or always was one.
    var isReadOnlyServer: Bool { sqlState == "25006" }

    /// Whether the server does not know the prepared statement, or knows it for tables that have changed since.
    var isStaleStatement: Bool {
        sqlState == "26000" || sqlState == "0A000" && function == "RevalidateCachedQuery"
    }
}
