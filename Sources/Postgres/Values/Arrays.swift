package import FoundationEssentials

/// What an array that is bound or read can consist of.
///
/// Conform a type that is a `SQLValue` and a `ColumnValue` by naming the array's type; the rest is here.
package protocol SQLArrayElement: Sendable {
    static var arrayTypeOID: UInt32 { get }
    static func acceptsArray(typeOID: UInt32) -> Bool
    static func appendBinary(_ elements: [Self], to bytes: inout [UInt8])
    static func elements(binary bytes: UnsafeRawBufferPointer) -> [Self]?
}

extension Array: SQLValue, ColumnValue where Element: SQLArrayElement {
    package static var typeOID: UInt32 { Element.arrayTypeOID }

    package func appendBinary(to bytes: inout [UInt8]) {
        Element.appendBinary(self, to: &bytes)
    }

    package static func accepts(typeOID: UInt32) -> Bool { Element.acceptsArray(typeOID: typeOID) }

    package init?(binary bytes: UnsafeRawBufferPointer) {
        guard let elements = Element.elements(binary: bytes) else { return nil }
        self = elements
    }
}

extension SQLArrayElement {
    package static func acceptsArray(typeOID: UInt32) -> Bool { typeOID == arrayTypeOID }
}

extension SQLArrayElement where Self: SQLValue & ColumnValue {
    /// Number of dimensions, whether there are nulls, the elements' type; for a dimension its length and first index.
    package static func appendBinary(_ elements: [Self], to bytes: inout [UInt8]) {
        bytes.appendBigEndian(Int32(elements.isEmpty ? 0 : 1))
        bytes.appendBigEndian(Int32(0))
        bytes.appendBigEndian(typeOID)
        guard !elements.isEmpty else { return }
        bytes.appendBigEndian(Int32(clamping: elements.count))
        bytes.appendBigEndian(Int32(1))
        for element in elements {
            let header = bytes.count
            bytes.appendBigEndian(Int32(0))
            element.appendBinary(to: &bytes)
            let length = Int32(clamping: bytes.count - header - 4)
            bytes.withUnsafeMutableBytes { $0.storeBytes(of: length.bigEndian, toByteOffset: header, as: Int32.self) }
        }
    }

    /// Reads arrays of one dimension without nulls, and the empty one.
    package static func elements(binary bytes: UnsafeRawBufferPointer) -> [Self]? {
        guard bytes.count >= 12 else { return nil }
        let dimensions = bytes.bigEndian(as: Int32.self)
        guard dimensions != 0 else { return [] }
        guard dimensions == 1, bytes.count >= 20 else { return nil }
        let count = Int(bytes.bigEndian(at: 12, as: Int32.self))
        var offset = 20
        guard count >= 0, count <= (bytes.count - offset) / 4 else { return nil }
        var elements: [Self] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard bytes.count - offset >= 4 else { return nil }
            let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
            offset += 4
            guard length >= 0, bytes.count - offset >= length else { return nil }
            let field = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            guard let element = Self(binary: field) else { return nil }
            elements.append(element)
            offset += length
        }
        return elements
    }
}

extension String: SQLArrayElement {
    package static var arrayTypeOID: UInt32 { PostgresType.textArray }

    package static func acceptsArray(typeOID: UInt32) -> Bool {
        switch typeOID {
        case PostgresType.textArray, PostgresType.varcharArray, PostgresType.nameArray: true
        default: PostgresType.isUserDefined(typeOID)
        }
    }
}

extension UUID: SQLArrayElement {
    package static var arrayTypeOID: UInt32 { PostgresType.uuidArray }
}

extension Int: SQLArrayElement {
    package static var arrayTypeOID: UInt32 { PostgresType.int8Array }

    package static func acceptsArray(typeOID: UInt32) -> Bool {
        typeOID == PostgresType.int8Array || typeOID == PostgresType.int4Array
    }
}

/// An array of bytes is a `bytea`, no array.
extension UInt8: SQLArrayElement {
    package static var arrayTypeOID: UInt32 { PostgresType.bytea }

    package static func appendBinary(_ elements: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: elements)
    }

    package static func elements(binary bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        Array(bytes)
    }
}
