import CLibPQ

/// What a statement answered.
///
/// Owns one `PGresult`, which nobody changes: any task may read it, and the one that asked decodes it.
package final class Rows: Sendable {
    nonisolated(unsafe) private let result: OpaquePointer
    package let count: Int

    /// Takes ownership.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    /// How many rows were inserted, updated, deleted or selected.
    package var affected: Int {
        PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// What the server says it did: `INSERT 0 1`, `COMMIT`.
    var commandTag: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    package func map<Value>(
        _ decode: (inout Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            var row = row(at: index)
            values.append(try decode(&row))
        }
        return values
    }

    /// The first row, if there is one.
    package func first<Value>(
        _ decode: (inout Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value? {
        guard count > 0 else { return nil }
        var row = row(at: 0)
        return try decode(&row)
    }

    func row(at index: Int) -> Row {
        Row(of: result, at: Int32(truncatingIfNeeded: index))
    }
}
