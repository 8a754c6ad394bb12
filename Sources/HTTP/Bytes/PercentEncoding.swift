/// Reads percent-encoded text, once: what it decodes to is never decoded again.
enum PercentEncoding {
    /// Where the text stands, which decides what else its characters mean.
    enum Place { case query, pathSegment }

    /// The text; nil for an incomplete or invalid sequence, U+0000, bytes that are not UTF-8, and in a path `%2F`, which
    /// some would read as the end of the segment.
    static func decode(_ encoded: ArraySlice<UInt8>, from place: Place) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var position = encoded.startIndex
        while position < encoded.endIndex {
            var byte = encoded[position]
            position += 1
            if byte == UInt8(ascii: "%") {
                guard encoded.endIndex - position >= 2, let high = encoded[position].hexadecimalValue,
                    let low = encoded[position + 1].hexadecimalValue
                else { return nil }
                byte = high << 4 | low
                position += 2
                if place == .pathSegment, byte == UInt8(ascii: "/") { return nil }
            } else if byte == UInt8(ascii: "+"), place == .query {
                byte = 0x20
            }
            guard byte != 0 else { return nil }
            decoded.append(byte)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
