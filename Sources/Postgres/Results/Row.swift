import CLibPQ

/// One row, read from its first column to its last, and valid only where it is lent.
package struct Row: ~Copyable {
    private let result: OpaquePointer
    private let index: Int32
    private let columnCount: Int32
    private var column: Int32 = 0

    init(of result: OpaquePointer, at index: Int32) {
        self.result = result
        self.index = index
        columnCount = PQnfields(result)
    }

    /// Reads the next column, which cannot be NULL.
    package mutating func next<Value: ColumnValue>() throws(PostgresError) -> Value {
        let column = advance()
        guard Value.accepts(typeOID: typeOID(of: column)), let bytes = field(column), let value = Value(binary: bytes)
        else { throw mismatch(column, expected: Value.self) }
        return value
    }

    /// Reads the next column, nil where it is NULL.
    package mutating func nextIfPresent<Value: ColumnValue>() throws(PostgresError) -> Value? {
        let column = advance()
        guard Value.accepts(typeOID: typeOID(of: column)) else { throw mismatch(column, expected: Value.self) }
        guard let bytes = field(column) else { return nil }
        guard let value = Value(binary: bytes) else { throw mismatch(column, expected: Value.self) }
        return value
    }

    /// Passes over a column.
    package mutating func skip() {
        _ = advance()
    }

    mutating func advance() -> Int32 {
        defer { column += 1 }
        return column
    }

    /// The type of a column, 0 behind the last.
    func typeOID(of column: Int32) -> UInt32 {
        column < columnCount ? PQftype(result, column) : 0
    }

    /// The bytes of a column, nil where it is NULL.
    func field(_ column: Int32) -> UnsafeRawBufferPointer? {
        let length = PQgetlength(result, index, column)
        if length == 0, PQgetisnull(result, index, column) != 0 { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(result, index, column), count: Int(length))
    }

    func mismatch(_ column: Int32, expected: Any.Type) -> PostgresError {
        let name = column < columnCount ? PQfname(result, column).map { String(cString: $0) } : nil
        return PostgresError(.decoding(column: name ?? "number \(column + 1)", expected: "\(expected)"))
    }
}
