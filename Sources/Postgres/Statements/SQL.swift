/// A statement and the values bound to it.
///
/// Interpolating a value binds it as `$1`, `$2`, … and never puts it in the text; interpolating another statement
/// splices it, text and values:
///
///     let onlyActive: SQL = "AND is_active"
///     let sql: SQL = "SELECT id FROM users WHERE email = \(email) \(onlyActive)"
///
/// The text consists of literals of the source code and of nothing else, because only a `StaticString` is let in. Where
/// they lie in memory and which types are bound between them identifies the statement, so the text is put together
/// when a connection prepares it and never again.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// Literals and values one after another, as `SQLRecord` reads them.
    var records: [UInt8]
    /// Equal for statements of equal text and types.
    var fingerprint: UInt64 = 0x6a09_e667_f3bc_c908
    var parameterCount = 0

    init(reservingBytes capacity: Int) {
        records = []
        records.reserveCapacity(capacity)
    }

    package init(stringLiteral literal: StaticString) {
        self.init(reservingBytes: SQLRecord.literalSize)
        append(literal)
    }

    package init(stringInterpolation interpolation: Interpolation) {
        self = interpolation.sql
    }

    package struct Interpolation: StringInterpolationProtocol {
        package typealias StringLiteralType = StaticString

        var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            let literals = (interpolationCount + 1) * SQLRecord.literalSize
            sql = SQL(reservingBytes: literals + interpolationCount * (SQLRecord.valueHeaderSize + 24))
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            sql.append(literal)
        }

        /// Binds a value.
        package mutating func appendInterpolation<Value: SQLValue>(_ value: Value) {
            sql.append(value)
        }

        /// Binds a value, or NULL in its stead.
        package mutating func appendInterpolation<Value: SQLValue>(_ value: Value?) {
            if let value { sql.append(value) } else { sql.appendNull(typeOID: Value.typeOID) }
        }

        /// Splices a statement's text and values.
        package mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }
    }
}

extension SQL {
    mutating func append(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        guard length > 0 else { return }
        let address = UInt64(UInt(bitPattern: literal.utf8Start))
        records.append(SQLRecord.Tag.literal)
        records.appendNative(address)
        records.appendNative(Int64(length))
        mix(address)
        mix(UInt64(length))
    }

    mutating func append<Value: SQLValue>(_ value: Value) {
        let header = beginValue(typeOID: Value.typeOID)
        value.appendBinary(to: &records)
        endValue(header: header)
    }

    mutating func appendNull(typeOID: UInt32) {
        let header = beginValue(typeOID: typeOID)
        setLength(-1, header: header)
    }

    mutating func append(_ fragment: SQL) {
        records.append(contentsOf: fragment.records)
        parameterCount += fragment.parameterCount
        mix(fragment.fingerprint)
    }

    /// Splices a name as a quoted identifier, for the statements that take no parameter there.
    mutating func append(identifier: String) {
        let quoted =
            "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        records.append(SQLRecord.Tag.text)
        records.appendNative(Int64(quoted.utf8.count))
        for byte in quoted.utf8 {
            records.append(byte == 0 ? UInt8(ascii: "?") : byte)
            mix(UInt64(byte))
        }
    }

    mutating func beginValue(typeOID: UInt32) -> Int {
        let header = records.count
        records.append(SQLRecord.Tag.value)
        records.appendNative(typeOID)
        records.appendNative(Int64(0))
        parameterCount += 1
        mix(UInt64(typeOID) | 1 << 63)
        return header
    }

    mutating func endValue(header: Int) {
        setLength(Int64(records.count - header - SQLRecord.valueHeaderSize), header: header)
    }

    private mutating func setLength(_ length: Int64, header: Int) {
        records.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: header + 5, as: Int64.self) }
    }

    private mutating func mix(_ word: UInt64) {
        let product = (fingerprint ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        fingerprint = (product.high ^ product.low) &+ 0x6c62_272e_07bb_0142
    }
}

extension [UInt8] {
    fileprivate mutating func appendNative<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
    }
}
