package import FoundationEssentials

/// What the captures of a route's pattern matched, percent-decoded once.
package struct PathParameters: Sendable {
    private let names: [String]
    private let values: [String]

    package init() {
        names = []
        values = []
    }

    /// Takes as many values as there are names, in the pattern's order.
    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    package subscript(_ name: String) -> String? {
        guard let index = names.firstIndex(of: name), index < values.count else { return nil }
        return values[index]
    }

    /// The captured UUID, nil when it is not spelt as one.
    package func uuid(_ name: String) -> UUID? { self[name].flatMap { UUID(text: $0.utf8.span) } }
}
