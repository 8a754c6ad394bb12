import Postgres
import Testing

extension Rows {
    /// The only column of the only row.
    func value<Value: ColumnValue>(as type: Value.Type = Value.self) throws -> Value {
        let value = try first { (row) throws(PostgresError) -> Value in try row.next() }
        guard let value else { throw NoRow() }
        return value
    }

    /// The only column of every row.
    func column<Value: ColumnValue>(as type: Value.Type = Value.self) throws -> [Value] {
        try map { (row) throws(PostgresError) -> Value in try row.next() }
    }

    struct NoRow: Error {}
}

/// The kind of `PostgresError` that `body` throws.
func failure(of body: () async throws -> Void) async -> PostgresError.Kind? {
    do { try await body() } catch { return (error as? PostgresError)?.kind }
    return nil
}

/// Expects one column of one row.
func expect<Value: ColumnValue & Equatable>(
    _ expected: Value,
    in rows: Rows,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let value: Value = try rows.value()
    #expect(value == expected, sourceLocation: sourceLocation)
}
