/// Finds the endpoint of a path whose pattern has captures.
///
/// A tree of segments. At each, a literal is tried before the capture, so `/sessions/current` wins over
/// `/sessions/{id}` whatever the order of the routes.
struct PatternTree: Sendable {
    struct Match {
        let endpoint: Int

        /// Where the captured segments lie in the path, in the pattern's order.
        let captures: [Range<Int>]
    }

    private struct Node: Sendable {
        var literals: [(segment: [UInt8], node: Int)] = []
        var capture: Int?
        var endpoint: Int?
    }

    private var nodes = [Node()]

    /// The endpoint of a pattern that has been inserted before with the same segments, whatever its captures' names.
    mutating func insert(_ pattern: PathPattern, endpoint: @autoclosure () -> Int) -> Int {
        var node = 0
        for segment in pattern.segments { node = child(of: node, for: segment) }
        let result = nodes[node].endpoint ?? endpoint()
        nodes[node].endpoint = result
        return result
    }

    private mutating func child(of node: Int, for segment: PathPattern.Segment) -> Int {
        switch segment {
        case .literal(let bytes):
            if let known = nodes[node].literals.first(where: { $0.segment == bytes }) { return known.node }
            nodes.append(Node())
            nodes[node].literals.append((bytes, nodes.count - 1))
        case .capture:
            if let known = nodes[node].capture { return known }
            nodes.append(Node())
            nodes[node].capture = nodes.count - 1
        }
        return nodes.count - 1
    }

    func match(_ path: ArraySlice<UInt8>) -> Match? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        return match(path, from: path.startIndex + 1, at: 0, captures: [])
    }

    /// Goes no deeper than the deepest pattern, however long the path.
    private func match(
        _ path: ArraySlice<UInt8>,
        from start: Int,
        at node: Int,
        captures: [Range<Int>]
    ) -> Match? {
        guard !nodes[node].literals.isEmpty || nodes[node].capture != nil else { return nil }
        let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        let segment = path[start..<end]
        for literal in nodes[node].literals where literal.segment.elementsEqual(segment) {
            if let match = step(path, past: end, to: literal.node, captures: captures) { return match }
        }
        guard let capture = nodes[node].capture, !segment.isEmpty else { return nil }
        return step(path, past: end, to: capture, captures: captures + [start..<end])
    }

    private func step(
        _ path: ArraySlice<UInt8>,
        past end: Int,
        to node: Int,
        captures: [Range<Int>]
    ) -> Match? {
        guard end == path.endIndex else { return match(path, from: end + 1, at: node, captures: captures) }
        return nodes[node].endpoint.map { Match(endpoint: $0, captures: captures) }
    }
}
