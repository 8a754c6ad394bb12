import Support
import Testing

/// Gives a suite a server of its own.
struct ServingTrait: SuiteTrait, TestScoping {
    let settings: [String: String]

    /// More suites at once would only take the two cores and PostgreSQL's connections from each other.
    ///
    /// The tests inside never wait here: their number is limited by `scripts/test-all`.
    private static let turnstile = Turnstile(places: 4)

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Self.turnstile.enter()
        do {
            try await Site.serving(settings) { _ in try await function() }
        } catch {
            await Self.turnstile.leave()
            throw error
        }
        await Self.turnstile.leave()
    }
}

extension Trait where Self == ServingTrait {
    /// A server for the whole suite, with settings beside the usual ones.
    static func serving(_ settings: [String: String] = [:]) -> ServingTrait {
        ServingTrait(settings: settings)
    }
}
