/// A request's query as sent, decoded only when asked.
package struct Query: Sendable {
    package struct Item: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    /// The bytes after the question mark, still encoded.
    package let bytes: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The pairs in the order sent, repeated names and all; a name without `=` has an empty value.
    package func items() throws(InvalidQuery) -> [Item] {
        var items: [Item] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentEncoding.decode(pair[..<equals], from: .query),
                let value = PercentEncoding.decode(pair[equals...].dropFirst(), from: .query)
            else { throw .malformed }
            items.append(Item(name: name, value: value))
        }
        return items
    }
}

/// Why a request's query is refused, always with 400.
package enum InvalidQuery: Error, Sendable, Hashable {
    /// It is not percent-encoded UTF-8, or has U+0000.
    case malformed
    case fields([FieldError])
}
