/// A value of a JSON text that has passed the strict parser.
///
/// It is a view: strings and numbers are made when they are read.
package struct JSON: Sendable {
    package enum Kind: Sendable, Hashable { case null, boolean, number, string, array, object }

    private let bytes: [UInt8]
    private let nodes: [JSONNode]
    private let index: Int

    /// Parses a whole text, which is valid UTF-8 and RFC 8259 to the letter, and stricter where readers differ.
    ///
    /// No byte order mark, no two members of one name in an object, no U+0000, no unpaired surrogates.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes, limits: limits)
        return JSON(bytes: bytes, nodes: try parser.parse(), index: 0)
    }

    private init(bytes: [UInt8], nodes: [JSONNode], index: Int) {
        self.bytes = bytes
        self.nodes = nodes
        self.index = index
    }

    private var node: JSONNode { nodes[index] }

    package var kind: Kind {
        switch node.kind {
        case .null: .null
        case .false, .true: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    package var bool: Bool? {
        switch node.kind {
        case .false: false
        case .true: true
        case .null, .number, .string, .array, .object: nil
        }
    }

    /// The integer; nil for anything else, `1.0` and `1e3` among it, and beyond 64 bits.
    package var int: Int? {
        guard node.kind == .number else { return nil }
        return Int(decimal: bytes[node.range].span)
    }

    /// Whether it is a number written without fraction and exponent, of whatever size.
    package var isInteger: Bool { node.kind == .number && node.isMarked }

    /// The number as it was sent, exactly.
    package var number: String? {
        node.kind == .number ? String(decoding: bytes[node.range], as: UTF8.self) : nil
    }

    package var string: String? {
        guard node.kind == .string else { return nil }
        return text(of: node)
    }

    /// The value's text, exactly as it was sent.
    package var source: ArraySlice<UInt8> {
        node.kind == .string ? bytes[Int(node.start) - 1..<Int(node.end) + 1] : bytes[node.range]
    }

    package var elements: [JSON]? {
        guard node.kind == .array else { return nil }
        var elements: [JSON] = []
        var child = index + 1
        while child < Int(node.next) {
            elements.append(JSON(bytes: bytes, nodes: nodes, index: child))
            child = Int(nodes[child].next)
        }
        return elements
    }

    /// The members of an object, in the order sent.
    package var members: [(name: String, value: JSON)]? {
        guard node.kind == .object else { return nil }
        var members: [(name: String, value: JSON)] = []
        var child = index + 1
        while child < Int(node.next) {
            members.append((text(of: nodes[child]), JSON(bytes: bytes, nodes: nodes, index: child + 1)))
            child = Int(nodes[child + 1].next)
        }
        return members
    }

    /// The member with this name; nil without one, and when this is no object.
    package subscript(_ name: StaticString) -> JSON? {
        guard node.kind == .object else { return nil }
        let text = bytes.span
        var child = index + 1
        while child < Int(node.next) {
            let candidate = nodes[child]
            let matches =
                candidate.isMarked ? spells(name, candidate) : name.isEqual(to: text.extracting(candidate.range))
            if matches { return JSON(bytes: bytes, nodes: nodes, index: child + 1) }
            child = Int(nodes[child + 1].next)
        }
        return nil
    }

    /// Whether a name sent with escapes is this one; no character takes more than six bytes, so long ones are not read.
    private func spells(_ name: StaticString, _ candidate: JSONNode) -> Bool {
        candidate.range.count <= 6 * name.utf8CodeUnitCount
            && name.isEqual(to: JSONText.unescaped(bytes[candidate.range]).span)
    }

    private func text(of node: JSONNode) -> String {
        node.isMarked
            ? String(decoding: JSONText.unescaped(bytes[node.range]), as: UTF8.self)
            : String(decoding: bytes[node.range], as: UTF8.self)
    }
}
