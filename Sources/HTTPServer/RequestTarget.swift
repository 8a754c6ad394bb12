import HTTP

/// The forms a request target may take.
enum RequestTarget {
    /// A path, and perhaps a query.
    case origin
    /// `*`: the server itself.
    case asterisk
    /// A URL, whose host and port lie at this place in it.
    case absolute(authority: Range<Int>)

    init(_ target: Span<UInt8>) throws(Refusal) {
        for index in target.indices where target[index] >= 0x7f || target[index] == UInt8(ascii: "#") {
            throw .badTarget
        }
        if target.isEmpty { throw .badTarget }
        if target[0] == UInt8(ascii: "/") {
            self = .origin
        } else if target.isExactly("*") {
            self = .asterisk
        } else {
            let authority = try Self.authority(of: target)
            guard HostName.isValid(target.extracting(authority)) else { throw .badTarget }
            self = .absolute(authority: authority)
        }
    }

    private static func authority(of target: Span<UInt8>) throws(Refusal) -> Range<Int> {
        let start: Int
        if target.count > 7, target.extracting(first: 7).isName("http://") {
            start = 7
        } else if target.count > 8, target.extracting(first: 8).isName("https://") {
            start = 8
        } else {
            throw .badTarget
        }
        var end = start
        while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") { end += 1 }
        return start..<end
    }
}

extension ParsedHead {
    /// Leaves only path and query of the target that names host and port at `authority`.
    ///
    /// Such a target outweighs the `Host` field, so that is made to say the same.
    mutating func reduceTarget(authority: Range<Int>, hostField: Int) {
        let range = target.indices
        let start = range.lowerBound + authority.lowerBound
        fields[hostField].value = ByteRange(start: start, count: authority.count)
        let rest = start + authority.count..<range.upperBound
        if text[rest].first == UInt8(ascii: "/") {
            target = ByteRange(start: rest.lowerBound, count: rest.count)
            return
        }
        // No path: the root's, with the query if there is one.
        target = ByteRange(start: text.count, count: rest.count + 1)
        text.append(UInt8(ascii: "/"))
        text.append(contentsOf: Array(text[rest]))
    }
}
