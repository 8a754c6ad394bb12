/// One pass over the bytes of a JSON text, which makes its nodes or says what is wrong where.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var nodes: [JSONNode] = []
    private var valueCount = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        nodes.reserveCapacity(min(bytes.count / 8 + 4, 64))
    }

    mutating func parse() throws(JSONError) -> [JSONNode] {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { throw JSONError(.byteOrderMark, at: 0) }
        skipSpace()
        guard position < bytes.count else { throw JSONError(.empty, at: position) }
        // Offsets are kept in 32 bits; bodies end at 64 KiB, so this is for callers who set no limit.
        guard bytes.count < Int(UInt32.max) else { throw JSONError(.tooManyValues, at: 0) }
        try parseValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw JSONError(.trailingData, at: position) }
        return nodes
    }

    private mutating func parseValue(depth: Int) throws(JSONError) {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        valueCount += 1
        guard valueCount <= limits.values else { throw JSONError(.tooManyValues, at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""): try parseString()
        case UInt8(ascii: "{"): try parseObject(depth: depth + 1)
        case UInt8(ascii: "["): try parseArray(depth: depth + 1)
        case UInt8(ascii: "t"): try parseWord("true", .true)
        case UInt8(ascii: "f"): try parseWord("false", .false)
        case UInt8(ascii: "n"): try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
        default: throw JSONError(.unexpectedByte, at: position)
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) {
        let own = try open(.array, depth: depth)
        skipSpace()
        if take(UInt8(ascii: "]")) { return close(own) }
        while true {
            try parseValue(depth: depth)
            skipSpace()
            if take(UInt8(ascii: "]")) { return close(own) }
            try require(UInt8(ascii: ","))
            skipSpace()
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) {
        let own = try open(.object, depth: depth)
        skipSpace()
        if take(UInt8(ascii: "}")) { return close(own) }
        var names = 0
        while true {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
            try parseString()
            names += 1
            skipSpace()
            try require(UInt8(ascii: ":"))
            skipSpace()
            try parseValue(depth: depth)
            skipSpace()
            if take(UInt8(ascii: "}")) { break }
            try require(UInt8(ascii: ","))
            skipSpace()
        }
        close(own)
        if names > 1, let offset = JSONNames(bytes: bytes, nodes: nodes, object: own, count: names).firstDuplicate() {
            throw JSONError(.duplicateName, at: offset)
        }
    }

    private mutating func open(_ kind: JSONNode.Kind, depth: Int) throws(JSONError) -> Int {
        guard depth <= limits.depth else { throw JSONError(.tooDeep, at: position) }
        let own = nodes.count
        append(kind, from: position, to: position)
        position += 1
        return own
    }

    private mutating func close(_ own: Int) {
        nodes[own].end = UInt32(truncatingIfNeeded: position)
        nodes[own].next = UInt32(truncatingIfNeeded: nodes.count)
    }

    private mutating func parseWord(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONError) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
        guard word.isEqual(to: bytes.span.extracting(position..<end)) else {
            throw JSONError(.unexpectedByte, at: position)
        }
        append(kind, from: position, to: end)
        position = end
    }

    private mutating func parseNumber() throws(JSONError) {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        append(.number, isMarked: isInteger, from: start, to: position)
    }

    /// Passes one digit or more.
    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position].isASCIIDigit { position += 1 }
        guard position > start else { throw JSONError(.invalidNumber, at: position) }
    }

    private mutating func parseString() throws(JSONError) {
        var scanner = JSONStringScanner(bytes, from: position + 1)
        let hasEscapes = try scanner.scan()
        append(.string, isMarked: hasEscapes, from: position + 1, to: scanner.position)
        position = scanner.position + 1
    }

    private mutating func append(_ kind: JSONNode.Kind, isMarked: Bool = false, from start: Int, to end: Int) {
        nodes.append(
            JSONNode(
                kind: kind,
                isMarked: isMarked,
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                next: UInt32(truncatingIfNeeded: nodes.count + 1)
            )
        )
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func require(_ byte: UInt8) throws(JSONError) {
        guard !take(byte) else { return }
        throw JSONError(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position)
    }
}
