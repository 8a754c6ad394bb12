import Domain
import Postgres

/// Runs a statement, wording what the database says as the refusal that it stands for.
///
/// The database decides; asking first ("is this e-mail free?") would race. What is not among `constraints` and is not a
/// matter of reach is a fault of ours and passes as it is.
func reaching<Value>(
    _ constraints: [String: AuthError] = [:],
    _ body: () async throws(PostgresError) -> Value
) async throws -> Value {
    do {
        return try await body()
    } catch {
        if let constraint = error.constraint, let refusal = constraints[constraint] { throw refusal }
        throw error.isTransient ? AuthError.unavailable(seconds: 1) : error
    }
}

extension PostgresError {
    /// Whether the same request may well succeed in a moment.
    var isTransient: Bool {
        switch kind {
        case .unavailable, .connectionLost, .timedOut, .overloaded: true
        case .server(let state, _): Self.transientStates.contains(state)
        case .decoding: false
        }
    }

    var constraint: String? {
        if case .server(_, let constraint) = kind { constraint } else { nil }
    }

    /// Lock and statement time-outs, deadlocks, serialization failures, and a server that is full, read-only or going.
    private static let transientStates: Set<String> = [
        "55P03", "57014", "40P01", "40001", "53100", "53200", "53300", "53400", "25006", "57P01", "57P02", "57P03",
        "58030",
    ]
}
