import Testing

/// Gives a suite a server of its own.
struct ServingTrait: SuiteTrait, TestScoping {
    let settings: [String: String]

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Site.serving(settings) { _ in try await function() }
    }
}

extension Trait where Self == ServingTrait {
    /// A server for the whole suite, with settings beside the usual ones.
    static func serving(_ settings: [String: String] = [:]) -> ServingTrait {
        ServingTrait(settings: settings)
    }
}
