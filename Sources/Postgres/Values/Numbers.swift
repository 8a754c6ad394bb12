extension Int: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.int8 }

    package func appendBinary(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(Int64(self))
    }

    package static func accepts(typeOID: UInt32) -> Bool {
        typeOID == PostgresType.int8 || typeOID == PostgresType.int4 || typeOID == PostgresType.int2
    }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 8: self.init(bytes.bigEndian(as: Int64.self))
        case 4: self.init(bytes.bigEndian(as: Int32.self))
        case 2: self.init(bytes.bigEndian(as: Int16.self))
        default: return nil
        }
    }
}

extension Int32: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.int4 }

    package func appendBinary(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(self)
    }

    package static func accepts(typeOID: UInt32) -> Bool {
        typeOID == PostgresType.int4 || typeOID == PostgresType.int2
    }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 4: self = bytes.bigEndian(as: Int32.self)
        case 2: self.init(bytes.bigEndian(as: Int16.self))
        default: return nil
        }
    }
}

extension Double: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.float8 }

    package func appendBinary(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(bitPattern)
    }

    package static func accepts(typeOID: UInt32) -> Bool {
        typeOID == PostgresType.float8 || typeOID == PostgresType.float4
    }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 8: self.init(bitPattern: bytes.bigEndian(as: UInt64.self))
        case 4: self.init(Float(bitPattern: bytes.bigEndian(as: UInt32.self)))
        default: return nil
        }
    }
}
