import Postgres
import Support
import Testing

@Suite("Reads apart", .timeLimit(.minutes(5)))
struct ReadApartTests {
    /// Takes as long as somebody else holds the lock.
    private static let long: SQL = "SELECT 1::int8 FROM pg_advisory_xact_lock_shared(7)"

    /// Runs `body` while long reads do not end.
    private func holding<Value: Sendable>(
        _ observer: Database,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await observer.transaction { transaction in
            _ = try await transaction.read("SELECT 1 FROM pg_advisory_xact_lock(7)")
            return try await body()
        }
    }

    private func begin(_ database: Database, _ kind: LongRead = .list) -> Task<Int?, any Error> {
        Task(executorPreference: database.loop) {
            try await database.readApart(Self.long, kind).value(as: Int.self)
        }
    }

    /// The processes of the database that are at long reads, once there are as many as that.
    @discardableResult
    private func running(_ count: Int, _ observer: Database) async throws -> [Int] {
        try await eventually("\(count) long reads") {
            let running = try await observer.read(
                """
                SELECT l.pid::int8 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                 WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()
                """
            ).map { (row: inout Row) throws(PostgresError) -> Int in try row.next() }
            return running.count >= count ? running : nil
        }
    }

    @Test("Half of the connections are left to what is short, however many long reads come")
    func leaveRoom() async throws {
        try await withObservedDatabase(configure: { $0.connections = 4 }) { database, observer in
            let long = try await holding(observer) {
                let long = (0..<10).map { begin(database, $0 % 2 == 0 ? .list : .report) }
                try await running(2, observer)
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
                #expect(try await running(0, observer).count == 2)
                return long
            }
            for read in long { #expect(try await read.value == 1) }
        }
    }

    @Test("Of each kind, a quarter as many run as there are connections; the other kind goes past those that wait")
    func takeTurns() async throws {
        try await withObservedDatabase(configure: { $0.connections = 4 }) { database, observer in
            let long = try await holding(observer) {
                var long = (0..<5).map { _ in begin(database, .report) }
                let first = try await running(1, observer)
                try await expect(Int(1), in: database.write("SELECT 1::int8"))
                #expect(try await running(0, observer) == first)
                long.append(begin(database))
                try await running(2, observer)
                return long
            }
            for read in long { #expect(try await read.value == 1) }
        }
    }

    @Test("With a single connection there are long reads, too")
    func singleConnection() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            for _ in 0..<3 { try await expect(Int(1), in: database.readApart(Self.long, .list)) }
            try await expect(Int(1), in: database.read("SELECT 1::int8"))
        }
    }

    @Test("One whose connection is lost is tried once more, and its place is free again")
    func lostConnections() async throws {
        try await withObservedDatabase(configure: { $0.connections = 4 }) { database, observer in
            for _ in 0..<4 {
                let read = try await holding(observer) {
                    let read = begin(database)
                    for process in try await running(1, observer) {
                        _ = try await observer.read("SELECT pg_terminate_backend(\(Int32(process)))")
                    }
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
                let refusal = await failure { _ = try await database.readApart("SELECT 1 / 0", .list) }
                #expect(refusal == .server(sqlState: "22012", constraint: nil))
            }
            let first = try await holding(observer) {
                let first = begin(database)
                try await running(1, observer)
                let second = await failure { _ = try await database.readApart(Self.long, .list) }
                #expect(second == .overloaded)
                try await expect(Int(1), in: database.read("SELECT 1::int8"))
                try await expect(Int(2), in: database.write("SELECT 2::int8"))
                try await database.transaction { try await expect(Int(3), in: $0.read("SELECT 3::int8")) }
                return first
            }
            #expect(try await first.value == 1)
        }
    }

    @Test("One that the server could still be at when we give up does not begin")
    func tooLate() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 2
            $0.longCallTimeout = $0.statementTimeout
        }
        try await withDatabase(configure: configure) { database in
            try await database.ready()
            let refusal = await failure { _ = try await database.readApart(Self.long, .list) }
            #expect(refusal == .overloaded)
        }
    }

    @Test("A quarter of those who may wait may be long reads")
    func queue() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 2
            $0.waitingLimit = 8
        }
        try await withObservedDatabase(configure: configure) { database, observer in
            let reads = try await holding(observer) {
                var reads = [begin(database)]
                try await running(1, observer)
                reads += (0..<2).map { _ in begin(database) }
                // Behind them on the loop.
                try await expect(Int(1), in: database.write("SELECT 1::int8"))
                let refusal = await failure { _ = try await database.readApart(Self.long, .list) }
                #expect(refusal == .overloaded)
                return reads
            }
            for read in reads { #expect(try await read.value == 1) }
        }
    }

    @Test("Closing lets one that runs end, and sends away those that wait")
    func closing() async throws {
        try await withObservedDatabase(configure: { $0.connections = 2 }) { database, observer in
            let (first, closing) = try await holding(observer) {
                let first = begin(database)
                try await running(1, observer)
                let second = begin(database)
                try await expect(Int(1), in: database.write("SELECT 1::int8"))
                let closing = Task { await database.close() }
                #expect(await failure { _ = try await second.value } == .unavailable(retryAfter: 1))
                return (first, closing)
            }
            #expect(try await first.value == 1)
            await closing.value
        }
    }
}
