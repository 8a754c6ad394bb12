package import FoundationEssentials

/// What can be bound to a statement.
///
/// It travels in PostgreSQL's binary format with its length, so no character of it can end it early.
package protocol SQLValue {
    static var typeOID: UInt32 { get }
    func appendBinary(to bytes: inout [UInt8])
}

/// What a column can be read as.
package protocol ColumnValue {
    static func accepts(typeOID: UInt32) -> Bool
    /// Fails when the bytes are none of this type; the pointer is valid during the call only.
    init?(binary bytes: UnsafeRawBufferPointer)
}

extension [UInt8] {
    package mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// Reads a number that ends inside the buffer, as its maker has checked.
    package func bigEndian<Number: FixedWidthInteger>(at offset: Int = 0, as type: Number.Type) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension String: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.text }

    package func appendBinary(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: utf8)
    }

    package static func accepts(typeOID: UInt32) -> Bool {
        switch typeOID {
        case PostgresType.text, PostgresType.varchar, PostgresType.bpchar, PostgresType.name, PostgresType.json: true
        default: PostgresType.isUserDefined(typeOID)
        }
    }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        self.init(validating: bytes, as: UTF8.self)
    }
}

extension Bool: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.bool }

    package func appendBinary(to bytes: inout [UInt8]) {
        bytes.append(self ? 1 : 0)
    }

    package static func accepts(typeOID: UInt32) -> Bool { typeOID == PostgresType.bool }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 1 else { return nil }
        self = bytes[0] != 0
    }
}

extension UUID: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.uuid }

    package func appendBinary(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }

    package static func accepts(typeOID: UInt32) -> Bool { typeOID == PostgresType.uuid }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self.init(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
