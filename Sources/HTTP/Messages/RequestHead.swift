/// Where a part of a request's head lies in its bytes.
package struct ByteRange: Sendable, Hashable {
    package var start: UInt32
    package var count: UInt32

    package init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    package var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// The bytes of a request's head, and the ranges of its parts in them.
///
/// The arrays are handed over, not copied: once the handler is done and nobody kept a copy, the connection takes their
/// storage back for its next request. All ranges lie within `text`; the server sees to that.
package struct RequestHead: Sendable {
    package struct Field: Sendable {
        package var name: ByteRange
        package var value: ByteRange

        package init(name: ByteRange, value: ByteRange) {
            self.name = name
            self.value = value
        }
    }

    package var text: [UInt8]
    package var fields: [Field]
    package var method: Method

    /// The request target in origin form, as sent: path and query.
    package var target: ByteRange

    package init(text: [UInt8], fields: [Field], method: Method, target: ByteRange) {
        self.text = text
        self.fields = fields
        self.method = method
        self.target = target
    }

    /// A head written out from its parts, as tests and calls within the process make it.
    package init(_ method: Method, _ target: String, headers: [(name: String, value: String)] = []) {
        self.init(text: [], fields: [], method: method, target: ByteRange(start: 0, count: 0))
        self.target = append(target)
        for header in headers {
            fields.append(Field(name: append(header.name), value: append(header.value)))
        }
    }

    private mutating func append(_ part: String) -> ByteRange {
        let range = ByteRange(start: text.count, count: part.utf8.count)
        text.append(contentsOf: part.utf8)
        return range
    }

    /// The value of the first field with this name, nil without one.
    package func value(of name: StaticString) -> ArraySlice<UInt8>? {
        guard let index = fieldIndex(named: name, from: 0) else { return nil }
        return text[fields[index].value.indices]
    }

    /// The values of every field with this name, in the order sent.
    package func values(of name: StaticString) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var position = 0
        while let index = fieldIndex(named: name, from: position) {
            found.append(text[fields[index].value.indices])
            position = index + 1
        }
        return found
    }

    private func fieldIndex(named name: StaticString, from start: Int) -> Int? {
        let bytes = text.span
        for index in start..<fields.count
        where Int(fields[index].name.count) == name.utf8CodeUnitCount
            && name.isEqualIgnoringCase(to: bytes.extracting(fields[index].name.indices))
        {
            return index
        }
        return nil
    }
}
