import Postgres
import Reactor
import Support

/// Runs `body` with a pool on a scratch database.
@discardableResult
func withDatabase<Value: Sendable>(
    configure: @escaping @Sendable (inout DatabaseConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Database) async throws -> Value
) async throws -> Value {
    try await withScratchDatabase { scratch, loop in
        var configuration = DatabaseConfiguration(url: scratch.url)
        // a machine that builds something else meanwhile is slow; what is about time sets its own
        configuration.callTimeout = .seconds(60)
        configuration.statementTimeout = .seconds(50)
        configuration.connectionPatience = .seconds(30)
        configuration.leasePatience = .seconds(30)
        configure(&configuration)
        return try await withDatabase(configuration, on: loop) { database in try await body(database) }
    }
}
