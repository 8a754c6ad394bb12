/// A route's path, taken apart.
struct PathPattern {
    enum Segment { case literal([UInt8]), capture(String) }

    let segments: [Segment]

    /// - Parameter path: from the source code, so a mistake in it stops the start.
    init(_ path: String) {
        precondition(path.hasPrefix("/"), "a route's path begins with a slash: \(path)")
        segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            guard $0.first == UInt8(ascii: "{"), $0.last == UInt8(ascii: "}"), $0.count > 2 else {
                return .literal(Array($0))
            }
            return .capture(String(decoding: $0.dropFirst().dropLast(), as: UTF8.self))
        }
    }

    var captures: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .capture(let name): name
            }
        }
    }
}
