import Postgres
import Support

extension Site {
    /// Has many visitors, each over a connection that is open already, do something at the same time.
    ///
    /// - Returns: what each got, in no order.
    func atOnce<Value: Sendable>(
        _ count: Int,
        from address: String? = nil,
        _ body: @escaping @Sendable (Visitor, Int) async throws -> Value
    ) async throws -> [Value] {
        let visitors = (0..<count).map { _ in visitor(from: address) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for visitor in visitors { group.addTask { _ = try await visitor.get("/healthz") } }
            try await group.waitForAll()
        }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            for (number, visitor) in visitors.enumerated() { group.addTask { try await body(visitor, number) } }
            return try await group.reduce(into: [Value]()) { $0.append($1) }
        }
    }

    /// Waits until several statements wait for a lock that the test holds.
    func severalWait() async throws {
        _ = try await eventually("several statements to wait") {
            let waiting = try await database.count(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return waiting >= 2 ? true : nil
        }
    }
}
