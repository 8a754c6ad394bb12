import Postgres
import Reactor
import Support

/// Runs `body` with a pool on a scratch database.
@discardableResult
func withDatabase<Value: Sendable>(
    configure: @escaping @Sendable (inout DatabaseConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Database) async throws -> Value
) async throws -> Value {
    try await withObservedDatabase(configure: configure) { database, _ in try await body(database) }
}

/// Runs `body` with a pool on a scratch database, and with another one that watches it.
@discardableResult
func withObservedDatabase<Value: Sendable>(
    configure: @escaping @Sendable (inout DatabaseConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Database, _ observer: Database) async throws -> Value
) async throws -> Value {
    try await withScratchDatabase { scratch, loop in
        var configuration = DatabaseConfiguration.patient(scratch.url)
        var observing = configuration
        observing.url += "&application_name=observer"
        observing.connections = 2
        configure(&configuration)
        return try await withDatabase(configuration, on: loop) { database in
            try await withDatabase(observing, on: loop) { observer in try await body(database, observer) }
        }
    }
}

extension Database {
    /// Waits until a connection of the observed database runs a statement with this text.
    func waitForActivity(_ text: String) async {
        let pattern = "%" + text + "%"
        for _ in 0..<4000 {
            let seen = try? await read(
                """
                SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'portero'
                   AND state = 'active' AND query LIKE \(pattern)
                """
            ).value(as: Int.self)
            if let seen, seen > 0 { return }
            try? await loop.sleep(for: .milliseconds(5))
        }
    }

    /// Ends all connections of the observed database.
    func terminateAll() async throws {
        _ = try await write(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'portero'
            """
        )
    }
}
