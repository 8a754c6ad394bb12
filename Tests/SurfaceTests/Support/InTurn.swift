extension Sequence where Self: Sendable, Element: Sendable {
    /// One after the other.
    func asyncMap<Value: Sendable>(_ body: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Value: Sendable>(_ body: (Wrapped) async throws -> Value) async throws -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
