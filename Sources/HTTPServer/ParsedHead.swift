import HTTP

/// A request's head as the parser read it, before anybody asked whether it may be answered.
///
/// Its arrays keep their storage from one request of a connection to the next.
struct ParsedHead {
    var text: [UInt8] = []
    var fields: [RequestHead.Field] = []
    var method = ByteRange(start: 0, count: 0)
    var target = ByteRange(start: 0, count: 0)
    var isVersion1_0 = false
    /// What version and `Connection` say together.
    var keepsAlive = false
    var isChunked = false
    /// The value of `Content-Length`, unless there is none.
    var length: UInt64?

    init() {}

    /// What is known of a head that did not end, or is malformed: the target, as far as its first line tells one.
    init(begunBy parser: borrowing RequestParser) {
        text = parser.begunLine()
        let parts = text.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1, parts[1].first == UInt8(ascii: "/"), parts[1].allSatisfy({ (0x21...0x7e).contains($0) })
        else { return }
        target = ByteRange(start: parts[1].startIndex, count: parts[1].count)
    }

    /// Forgets the request; a larger storage than most requests need is given back.
    mutating func removeAll() {
        text.removeAll(keepingCapacity: text.capacity <= 4096)
        fields.removeAll(keepingCapacity: fields.capacity <= 64)
    }

    /// The value of the first field with this name, which is in lower case.
    func value(of name: StaticString) -> ArraySlice<UInt8>? {
        let bytes = text.span
        for field in fields where bytes.extracting(field.name.indices).isName(name) {
            return text[field.value.indices]
        }
        return nil
    }
}

extension Span<UInt8> {
    /// Whether these are the letters of `name`, which is in lower case, in either case.
    func isName(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { letters in
            for index in letters.indices {
                let byte = self[index]
                let lowered = byte &- 0x41 < 26 ? byte | 0x20 : byte
                guard lowered == letters[index] else { return false }
            }
            return true
        }
    }

    func isExactly(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { characters in
            for index in characters.indices where self[index] != characters[index] { return false }
            return true
        }
    }
}
