// What has a raw value is bound and read as that: identifiers with a type of their own, enums whose cases are texts.
// A conformance is all that they need to say.

extension SQLValue where Self: RawRepresentable, RawValue: SQLValue {
    package static var typeOID: UInt32 { RawValue.typeOID }

    package func appendBinary(to bytes: inout [UInt8]) {
        rawValue.appendBinary(to: &bytes)
    }
}

extension ColumnValue where Self: RawRepresentable, RawValue: ColumnValue {
    package static func accepts(typeOID: UInt32) -> Bool { RawValue.accepts(typeOID: typeOID) }

    /// Fails for a raw value that stands for nothing.
    package init?(binary bytes: UnsafeRawBufferPointer) {
        guard let rawValue = RawValue(binary: bytes) else { return nil }
        self.init(rawValue: rawValue)
    }
}

extension SQLArrayElement where Self: RawRepresentable, RawValue: SQLArrayElement {
    package static var arrayTypeOID: UInt32 { RawValue.arrayTypeOID }
    package static func acceptsArray(typeOID: UInt32) -> Bool { RawValue.acceptsArray(typeOID: typeOID) }
}
