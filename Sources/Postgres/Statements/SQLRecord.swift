/// One piece of a statement, as it lies in `SQL.records`.
///
/// A literal is a tag, its address and its length; a value a tag, the type, the length (-1: NULL) and the bytes; a text
/// a tag, its length and the bytes.
enum SQLRecord {
    enum Tag {
        static let literal: UInt8 = 0
        static let value: UInt8 = 1
        static let text: UInt8 = 2
    }

    static var literalSize: Int { 17 }
    static var valueHeaderSize: Int { 13 }

    case literal(UnsafeRawBufferPointer)
    case value(typeOID: UInt32, bytes: UnsafeRawBufferPointer?)
}

/// Walks over the records of a statement while their memory is lent.
struct SQLRecordReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func next() -> SQLRecord? {
        guard offset < bytes.count else { return nil }
        switch bytes[offset] {
        case SQLRecord.Tag.literal:
            let address = bytes.loadUnaligned(fromByteOffset: offset + 1, as: UInt64.self)
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 9, as: Int64.self))
            offset += SQLRecord.literalSize
            let start = UnsafeRawPointer(bitPattern: UInt(address))
            return .literal(UnsafeRawBufferPointer(start: start, count: length))
        case SQLRecord.Tag.value:
            let typeOID = bytes.loadUnaligned(fromByteOffset: offset + 1, as: UInt32.self)
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 5, as: Int64.self))
            offset += SQLRecord.valueHeaderSize
            return .value(typeOID: typeOID, bytes: length < 0 ? nil : take(length))
        default:
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 1, as: Int64.self))
            offset += 9
            return .literal(take(length))
        }
    }

    private mutating func take(_ length: Int) -> UnsafeRawBufferPointer {
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
    }
}

extension SQL {
    /// The text as the server gets it.
    package var text: String {
        var text: [UInt8] = []
        var parameters = 0
        records.withUnsafeBytes { bytes in
            var reader = SQLRecordReader(bytes)
            while let record = reader.next() {
                switch record {
                case .literal(let literal): text.append(contentsOf: literal)
                case .value:
                    parameters += 1
                    text.append(contentsOf: "$\(parameters)".utf8)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The types of the parameters, in order.
    var typeOIDs: [UInt32] {
        var types: [UInt32] = []
        types.reserveCapacity(parameterCount)
        records.withUnsafeBytes { bytes in
            var reader = SQLRecordReader(bytes)
            while let record = reader.next() {
                if case .value(let typeOID, _) = record { types.append(typeOID) }
            }
        }
        return types
    }

    /// More than the protocol can carry: no server ever sees it.
    var isTooLarge: Bool {
        parameterCount > 65_535 || records.count > 1 << 29
    }
}

extension SQL: CustomStringConvertible, CustomReflectable {
    /// Shows the text; what is bound stays unseen.
    package var description: String { text }
    package var customMirror: Mirror { Mirror(self, children: ["text": text]) }
}
