package import FoundationEssentials

/// `timestamptz` counts microseconds from the first moment of the year 2000, `Date` seconds from that of 2001.
extension Date: SQLValue, ColumnValue {
    package static var typeOID: UInt32 { PostgresType.timestamptz }

    /// Seconds of the leap year between both beginnings.
    private static let offset = 31_622_400.0
    /// What PostgreSQL can store: 4713 BC to 294276 AD.
    private static let storable = -211_813_488_000_000_000.0..<9_223_371_331_200_000_000.0
    /// Refused by the server as out of range, which is what a date beyond its calendar deserves.
    private static let refused = Int64.max - 1

    package func appendBinary(to bytes: inout [UInt8]) {
        let microseconds = ((timeIntervalSinceReferenceDate + Self.offset) * 1_000_000).rounded()
        bytes.appendBigEndian(Self.storable.contains(microseconds) ? Int64(microseconds) : Self.refused)
    }

    package static func accepts(typeOID: UInt32) -> Bool { typeOID == PostgresType.timestamptz }

    /// Fails for the two infinities, which are no dates.
    package init?(binary bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 8 else { return nil }
        let microseconds = bytes.bigEndian(as: Int64.self)
        guard microseconds != .max, microseconds != .min else { return nil }
        self.init(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - Self.offset)
    }
}
