import Postgres
import Reactor
import Testing

@Suite("Reads apart", .timeLimit(.minutes(5)))
struct ReadApartTests {
    /// Takes as long as somebody else holds the lock.
    private static let long: SQL = "SELECT 1::int8 FROM pg_advisory_xact_lock_shared(7)"

    /// Runs `body` while long reads do not end.
    private func holding<Value: Sendable>(_ observer: Database, _ body: () async throws -> Value) async throws -> Value
    {
        try await observer.transaction { transaction in
            _ = try await transaction.read("SELECT 1 FROM pg_advisory_xact_lock(7)")
            return try await body()
        }
    }

    private func begin(_ database: Database) -> Task<Int?, any Error> {
        Task(executorPreference: database.loop) { try await database.readApart(Self.long).value(as: Int.self) }
    }

    private func running(_ observer: Database) async throws -> Int {
        try await observer.read(
            """
            SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
             WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
            """
        ).value(as: Int.self)
    }

    private func wait(for count: Int, _ observer: Database) async throws {
        while try await running(observer) != count { try await observer.loop.sleep(for: .milliseconds(5)) }
    }

    @Test("Half of the connections are left to what is short, however many long reads come")
    func leaveRoom() async throws {
        try await withObservedDatabase(configure: { $0.connections = 4 }) { database, observer in
            let long = try await holding(observer) {
                let long = (0..<10).map { _ in begin(database) }
                try await wait(for: 2, observer)
                try await withThrowingTaskGroup(of: Void.self) { short in
                    for _ in 0..<100 {
                        short.addTask(executorPreference: database.loop) {
                            try await expect(Int(1), in: database.read("SELECT 1::int8"))
                            try await expect(Int(2), in: database.write("SELECT 2::int8"))
                        }
                    }
                    short.addTask(executorPreference: database.loop) {
                        try await database.transaction { try await expect(Int(3), in: $0.read("SELECT 3::int8")) }
                    }
                    try await short.waitForAll()
                }
                #expect(try await running(observer) == 2)
                return long
            }
            for read in long { #expect(try await read.value == 1) }
        }
    }

    @Test("With a single connection there are long reads, too")
    func singleConnection() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            for _ in 0..<3 { try await expect(Int(1), in: database.readApart(Self.long)) }
            try await expect(Int(1), in: database.read("SELECT 1::int8"))
        }
    }

    @Test("One whose connection is lost is tried once more, and its place is free again")
    func lostConnections() async throws {
        try await withObservedDatabase(configure: { $0.connections = 4 }) { database, observer in
            for _ in 0..<4 {
                let read = try await holding(observer) {
                    let read = begin(database)
                    try await wait(for: 1, observer)
                    try await observer.terminateAll()
                    return read
                }
                #expect(try await read.value == 1)
            }
        }
    }

    @Test("Who waits for their turn is sent away in the end, and a refusal of the server frees the place")
    func patience() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 2
            // Long enough for a busy machine to connect in.
            $0.leasePatience = .seconds(3)
        }
        try await withObservedDatabase(configure: configure) { database, observer in
            for _ in 0..<3 {
                let refusal = await failure { _ = try await database.readApart("SELECT 1 / 0") }
                #expect(refusal == .server(sqlState: "22012", constraint: nil))
            }
            let first = try await holding(observer) {
                let first = begin(database)
                try await wait(for: 1, observer)
                let second = await failure { _ = try await database.readApart(Self.long) }
                #expect(second == .overloaded)
                try await expect(Int(1), in: database.read("SELECT 1::int8"))
                try await expect(Int(2), in: database.write("SELECT 2::int8"))
                try await database.transaction { try await expect(Int(3), in: $0.read("SELECT 3::int8")) }
                return first
            }
            #expect(try await first.value == 1)
        }
    }
}
