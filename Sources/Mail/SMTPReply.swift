/// Puts a server's replies together from the bytes that arrive (RFC 5321, section 4.2).
struct SMTPReplyReader {
    /// What may wait to be read; RFC 5321 allows a line 512 bytes.
    private static let limit = 16_384

    private var unread: [UInt8] = []

    /// - Throws: `SMTPReplyError` when these are no replies.
    mutating func append(_ bytes: some Collection<UInt8>) throws(SMTPReplyError) {
        guard unread.count + bytes.count <= Self.limit else { throw SMTPReplyError() }
        unread.append(contentsOf: bytes)
    }

    /// Takes the next reply out, and answers its code; nil while it is incomplete.
    ///
    /// Of a reply of several lines the last one counts, so the others are dropped as they come.
    ///
    /// - Throws: `SMTPReplyError` when the next line is none of a reply.
    mutating func next() throws(SMTPReplyError) -> Int? {
        var start = 0
        defer { unread.removeFirst(start) }
        while let end = unread[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = unread[start..<end]
            let (code, isLast) = try Self.read(line)
            start = end + 1
            if isLast { return code }
        }
        return nil
    }

    private static func read(_ line: ArraySlice<UInt8>) throws(SMTPReplyError) -> (code: Int, isLast: Bool) {
        var code = 0
        for byte in line.prefix(3) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw SMTPReplyError() }
            code = code * 10 + Int(byte - UInt8(ascii: "0"))
        }
        guard (200...599).contains(code) else { throw SMTPReplyError() }
        return (code, line.dropFirst(3).first != UInt8(ascii: "-"))
    }
}

/// What arrived is not SMTP.
struct SMTPReplyError: Error {}
