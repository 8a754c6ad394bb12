/// A condition that did not come true.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// Waits for something that happens outside this process, where nothing tells when: a file, a row.
package func eventually<Value>(
    _ what: String,
    within patience: Duration = .seconds(30),
    _ look: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + patience
    while true {
        if let value = try await look() { return value }
        guard ContinuousClock.now < end else { throw NeverHappened(description: "waited in vain: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
