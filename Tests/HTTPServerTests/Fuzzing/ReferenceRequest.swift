/// A request as RFC 9112 reads it, in the plainest way, by nothing that the server uses.
///
/// Refuses little: it is asked only about what the server has admitted.
struct ReferenceRequest: Equatable {
    var method: [UInt8]
    var target: [UInt8]
    /// Names and values.
    var fields: [[[UInt8]]]
    var body: [UInt8] = []
    /// Where the next request begins.
    var end = 0

    init(method: [UInt8], target: [UInt8], fields: [[[UInt8]]]) {
        self.method = method
        self.target = target
        self.fields = fields
    }

    /// Nil where there is no whole request at `start`.
    init?(_ bytes: [UInt8], from start: Int) {
        var lines = Lines(bytes: bytes, position: start)
        var line = lines.next()
        while line == [] { line = lines.next() }
        guard let parts = line?.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false),
            parts.count == 3
        else { return nil }
        self.init(method: Array(parts[0]), target: Array(parts[1]), fields: [])
        while let line = lines.next(), !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            fields.append([Array(line[..<colon]), Self.trimmed(line[(colon + 1)...])])
        }
        guard readBody(from: &lines) else { return nil }
        end = lines.position
    }

    private mutating func readBody(from lines: inout Lines) -> Bool {
        if let coding = value(of: "transfer-encoding") {
            guard value(of: "content-length") == nil, coding.lowercased() == "chunked" else { return false }
            return readChunks(from: &lines)
        }
        guard let length = value(of: "content-length") else { return true }
        guard let count = Int(length), let bytes = lines.take(count) else { return false }
        body = bytes
        return true
    }

    private mutating func readChunks(from lines: inout Lines) -> Bool {
        while let line = lines.next(), let size = Int(String(decoding: line, as: UTF8.self), radix: 16) {
            if size == 0 {
                while let trailer = lines.next() {
                    if trailer.isEmpty { return true }
                }
                return false
            }
            guard let chunk = lines.take(size), lines.next() == [] else { return false }
            body += chunk
        }
        return false
    }

    private func value(of name: String) -> String? {
        fields.first { String(decoding: $0[0], as: UTF8.self).lowercased() == name }
            .map { String(decoding: $0[1], as: UTF8.self) }
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(value.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// The bytes, and how many of them have been read.
    private struct Lines {
        let bytes: [UInt8]
        var position: Int

        /// What stands before the next CR LF.
        mutating func next() -> [UInt8]? {
            var end = position
            while end + 1 < bytes.count, bytes[end] != 0x0d || bytes[end + 1] != 0x0a { end += 1 }
            guard end + 1 < bytes.count else { return nil }
            defer { position = end + 2 }
            return Array(bytes[position..<end])
        }

        mutating func take(_ count: Int) -> [UInt8]? {
            guard count >= 0, count <= bytes.count - position else { return nil }
            defer { position += count }
            return Array(bytes[position..<position + count])
        }
    }
}
