import Glibc
import Postgres
import Reactor
import Support
import Testing

@Suite("Lost connections")
struct FaultTests {
    /// The server's process behind a connection; asked again where a short deadline and a busy machine meet.
    private func processID(_ database: Database) async throws -> Int32 {
        for _ in 0..<20 {
            if let rows = try? await database.read("SELECT pg_backend_pid()") { return try rows.value() }
        }
        return try await database.read("SELECT pg_backend_pid()").value()
    }

    @Test("A read whose connection is killed under it is answered over another")
    func readsAreTriedAgain() async throws {
        try await withObservedDatabase(configure: { $0.connections = 1 }) { database, observer in
            _ = try await observer.write("CREATE TABLE pace AS SELECT 45.0::float8 AS seconds")
            let slow = Task(executorPreference: database.loop) {
                try await database.read("SELECT 7 FROM pg_sleep((SELECT seconds FROM pace))").value(as: Int.self)
            }
            await observer.waitForActivity("pg_sleep")
            _ = try await observer.write("UPDATE pace SET seconds = 0")
            try await observer.terminateAll()
            let answer = try await slow.value
            #expect(answer == 7)
        }
    }

    @Test("A write whose connection is killed under it is not sent again, and its caller is told so")
    func writesAreNotTriedAgain() async throws {
        try await withObservedDatabase(configure: { $0.connections = 2 }) { database, observer in
            _ = try await database.write("CREATE TABLE t (id int8)")
            let slow = Task(executorPreference: database.loop) {
                await failure { _ = try await database.write("INSERT INTO t SELECT 1 FROM pg_sleep(30)") }
            }
            await observer.waitForActivity("pg_sleep")
            try await observer.terminateAll()
            #expect(await slow.value == .connectionLost)
            try await expect(0, in: database.read("SELECT count(*) FROM t"))
            #expect(try await database.write("INSERT INTO t VALUES (\(1))").affected == 1)
        }
    }

    @Test("A transaction whose connection is killed had no effect, says so, and is repeated if it may be")
    func transactionsAreUndone() async throws {
        try await withObservedDatabase(configure: { $0.connections = 2 }) { database, observer in
            _ = try await database.write("CREATE TABLE t (id int8)")
            let runs = Recorder<Void>()
            func insert(isIdempotent: Bool) async throws {
                try await database.transaction(isIdempotent: isIdempotent) { transaction in
                    _ = try await transaction.write("INSERT INTO t VALUES (\(1))")
                    runs.note(())
                    if runs.count == 1 { try await observer.terminateAll() }
                    _ = try await transaction.write("INSERT INTO t VALUES (\(2))")
                }
            }
            let kind = await failure { try await insert(isIdempotent: false) }
            #expect(kind == .unavailable(retryAfter: 1))
            try await expect(0, in: database.read("SELECT count(*) FROM t"))
        }
        try await withObservedDatabase(configure: { $0.connections = 2 }) { database, observer in
            _ = try await database.write("CREATE TABLE t (id int8)")
            let runs = Recorder<Void>()
            try await database.transaction(isIdempotent: true) { transaction in
                _ = try await transaction.write("INSERT INTO t VALUES (\(1))")
                runs.note(())
                if runs.count == 1 { try await observer.terminateAll() }
                _ = try await transaction.write("INSERT INTO t VALUES (\(2))")
            }
            #expect(runs.count == 2)
            try await expect(2, in: database.read("SELECT count(*) FROM t"))
        }
    }

    @Test("A commit whose connection is killed has an unknown outcome")
    func lostCommits() async throws {
        try await withObservedDatabase(configure: { $0.connections = 2 }) { database, observer in
            _ = try await database.write("CREATE TABLE t (id int8)")
            _ = try await database.write(
                """
                CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'
                """
            )
            _ = try await database.write(
                """
                CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow()
                """
            )
            let commit = Task(executorPreference: database.loop) {
                await failure {
                    try await database.transaction(isIdempotent: true) { transaction in
                        _ = try await transaction.write("INSERT INTO t VALUES (\(1))")
                    }
                }
            }
            await observer.waitForActivity("COMMIT")
            try await observer.terminateAll()
            #expect(await commit.value == .connectionLost)
        }
    }

    @Test("All connections killed over and over: reads are answered, and afterwards everything is")
    func survivesSeries() async throws {
        try await withObservedDatabase { database, observer in
            let failures = Recorder<PostgresError.Kind>()
            let successes = Recorder<Void>()
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask(executorPreference: database.loop) {
                        for _ in 0..<150 {
                            let kind = await failure {
                                try await expect(1, in: database.read("SELECT \(1) FROM pg_sleep(0.002)"))
                            }
                            if let kind { failures.note(kind) } else { successes.note(()) }
                        }
                    }
                }
                tasks.addTask(executorPreference: database.loop) {
                    for _ in 0..<5 {
                        try? await database.loop.sleep(for: .milliseconds(50))
                        try? await observer.terminateAll()
                    }
                }
            }
            let isForeseen = failures.all.allSatisfy {
                if case .unavailable = $0 { return true }
                return $0 == .connectionLost
            }
            #expect(isForeseen, "\(failures.all)")
            #expect(successes.count >= 570)
            // The last kill may not have been noticed on every connection yet.
            _ = try await eventually("writes to be answered") { try? await database.write("SELECT 1") }
        }
    }

    @Test("A stopped backend fails its calls within our own deadline, and another takes its place")
    func stoppedBackends() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 1
            $0.callTimeout = .seconds(2)
            $0.connectionPatience = .seconds(20)
        }
        try await withDatabase(configure: configure) { database in
            let stopped = try await processID(database)
            try #require(kill(stopped, SIGSTOP) == 0, "the tests may not signal the server's processes")
            defer { kill(stopped, SIGCONT) }
            let clock = ContinuousClock()
            let start = clock.now
            let kind = await failure { _ = try await database.write("SELECT 1") }
            #expect(kind == .timedOut)
            #expect(clock.now - start >= .seconds(1))
            #expect(clock.now - start < .seconds(10))
            let successor = try await processID(database)
            #expect(successor != stopped)
        }
    }

    @Test(
        "Behind a call that timed out, a write that was not sent yet goes over the next connection, and so does a read"
    )
    func neighboursOfTimeouts() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 1
            $0.callTimeout = .seconds(8)
        }
        try await withDatabase(configure: configure) { database in
            let stopped = try await processID(database)
            try #require(kill(stopped, SIGSTOP) == 0, "the tests may not signal the server's processes")
            defer { kill(stopped, SIGCONT) }
            let first = Task(executorPreference: database.loop) {
                await failure { _ = try await database.write("SELECT 1") }
            }
            try await database.loop.sleep(for: .seconds(4))
            let write = Task(executorPreference: database.loop) {
                await failure { _ = try await database.write("SELECT 2") }
            }
            let read = Task(executorPreference: database.loop) {
                try await database.read("SELECT 3").value(as: Int.self)
            }
            #expect(await first.value == .timedOut)
            #expect(await write.value == nil)
            let answer = try await read.value
            #expect(answer == 3)
        }
    }

    @Test("A statement that takes longer than the server allows is the server's refusal, not a lost connection")
    func statementTimeouts() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 1
            $0.statementTimeout = .milliseconds(50)
        }
        try await withDatabase(configure: configure) { database in
            let before = try await processID(database)
            let kind = await failure { _ = try await database.read("SELECT pg_sleep(30)") }
            #expect(kind == .server(sqlState: "57014", constraint: nil))
            let after = try await processID(database)
            #expect(after == before)
        }
    }

    @Test("Without a database, calls fail after a short wait, those over the limit at once, and none hangs")
    func unreachable() async throws {
        try await onLoop { loop in
            var configuration = DatabaseConfiguration(url: "postgresql:///x?host=/nonexistent")
            configuration.connectionPatience = .milliseconds(100)
            configuration.waitingLimit = 2
            try await withDatabase(configuration, on: loop) { database in
                let kinds = await withTaskGroup(of: PostgresError.Kind?.self) { tasks in
                    for _ in 0..<3 {
                        tasks.addTask(executorPreference: loop) { await failure { try await database.ready() } }
                    }
                    return await tasks.reduce(into: []) { $0.append($1) }
                }
                #expect(kinds == [.overloaded, .unavailable(retryAfter: 1), .unavailable(retryAfter: 1)])
                let transaction = await failure { try await database.transaction { _ in } }
                #expect(transaction == .unavailable(retryAfter: 1))
            }
        }
    }

    @Test("Closing lets calls on their way end, and refuses later ones")
    func closes() async throws {
        try await withObservedDatabase { database, observer in
            let slow = Task(executorPreference: database.loop) {
                let isHeld: SQL = """
                    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                     WHERE locktype = 'advisory' AND datname = current_database())
                    """
                while try await observer.read(isHeld).value() == false {}
                return try await database.write("SELECT 7 FROM (SELECT pg_advisory_lock(1)) AS held").value(
                    as: Int.self
                )
            }
            let closing = try await observer.transaction { transaction in
                _ = try await transaction.read("SELECT pg_advisory_xact_lock(1)")
                await observer.waitForActivity("pg_advisory_lock")
                return Task(executorPreference: database.loop) { await database.close() }
            }
            await closing.value
            let answer = try await slow.value
            #expect(answer == 7)
            let late = await failure { try await database.ready() }
            #expect(late == .unavailable(retryAfter: 1))
        }
    }
}
