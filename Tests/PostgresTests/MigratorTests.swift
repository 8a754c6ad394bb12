import Postgres
import Reactor
import Support
import Testing

@Suite("Migrations")
struct MigratorTests {
    private static let first = Migration(
        number: 1,
        name: "first",
        sql: "CREATE TABLE a (id int8); -- ñ\nINSERT INTO a VALUES (1);"
    )
    private static let second = Migration(number: 2, name: "second", sql: "INSERT INTO a SELECT id + 1 FROM a;")

    private func migrate(
        _ migrations: [Migration],
        _ scratch: ScratchDatabase,
        _ loop: EventLoop,
        progress: @escaping @Sendable (Migration) -> Void = { _ in }
    ) async throws {
        try await Migrator(migrations: migrations, url: scratch.url, on: loop).apply(progress: progress)
    }

    private func count(_ scratch: ScratchDatabase, _ loop: EventLoop) async throws -> Int {
        try await withDatabase(.patient(scratch.url), on: loop) { database in
            try await database.read("SELECT count(*) FROM a").value()
        }
    }

    @Test("Each is applied once, in order, and noted")
    func appliesOnce() async throws {
        try await withScratchDatabase { scratch, loop in
            let applied = Recorder<Int>()
            try await migrate([Self.first], scratch, loop) { applied.note($0.number) }
            #expect(applied.all == [1])
            let migrator = Migrator(migrations: [Self.first, Self.second], url: scratch.url, on: loop)
            #expect(try await migrator.pending() == [Self.second])
            #expect(try await migrator.status().map(\.isApplied) == [true, false])
            try await migrator.apply { applied.note($0.number) }
            try await migrator.apply { applied.note($0.number) }
            #expect(applied.all == [1, 2])
            #expect(try await migrator.pending() == [])
            #expect(try await migrator.status().map(\.isApplied) == [true, true])
            #expect(try await count(scratch, loop) == 2)
        }
    }

    @Test("Looking at an empty database makes nothing in it")
    func looksWithoutTouching() async throws {
        try await withScratchDatabase { scratch, loop in
            let migrator = Migrator(migrations: [Self.first], url: scratch.url, on: loop)
            #expect(try await migrator.pending() == [Self.first])
            #expect(try await migrator.status().map(\.isApplied) == [false])
            try await withDatabase(.patient(scratch.url), on: loop) { database in
                try await expect(true, in: database.read("SELECT to_regnamespace('portero') IS NULL"))
            }
        }
    }

    @Test("A migration that was changed, renamed or taken away after it was applied is refused, and nothing happens")
    func refusesAnotherHistory() async throws {
        let third = Migration(number: 3, name: "third", sql: "DROP TABLE a")
        try await withScratchDatabase { scratch, loop in
            try await migrate([Self.first, Self.second], scratch, loop)
            let altered = Migration(number: 1, name: "first", sql: Self.first.sql + " ")
            let renamed = Migration(number: 2, name: "2nd", sql: Self.second.sql)
            let refusals: [([Migration], MigrationError)] = [
                ([altered, Self.second, third], .altered(number: 1, name: "first")),
                ([Self.first, renamed, third], .renamed(number: 2, applied: "second", given: "2nd")),
                ([Self.first], .newerDatabase(number: 2, name: "second")),
                ([Self.first, third], .misnumbered(expected: 2, found: 3)),
                ([Self.second, Self.first, third], .misnumbered(expected: 1, found: 2)),
            ]
            for (migrations, refusal) in refusals {
                await #expect(throws: refusal) { try await migrate(migrations, scratch, loop) }
                let migrator = Migrator(migrations: migrations, url: scratch.url, on: loop)
                await #expect(throws: refusal) { try await migrator.status() }
                await #expect(throws: refusal) { try await migrator.pending() }
            }
            try await Script.run("DELETE FROM portero.migrations WHERE number = 1", url: scratch.url, on: loop)
            await #expect(throws: MigrationError.skipped(number: 1, name: "first")) {
                try await migrate([Self.first, Self.second, third], scratch, loop)
            }
            #expect(try await count(scratch, loop) == 2)
        }
    }

    @Test("One that fails is undone whole, tells where, and those before it stay")
    func undoesFailures() async throws {
        let broken = Migration(
            number: 2,
            name: "broken",
            sql: "INSERT INTO a VALUES (9);\nCREATE TABLE b (id int8);\nSELECT * FROM missing;"
        )
        try await withScratchDatabase { scratch, loop in
            let error = await #expect(throws: MigrationError.self) {
                try await migrate([Self.first, broken], scratch, loop)
            }
            guard case .failed(2, "broken", let reason) = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            #expect(reason.sqlState == "42P01")
            #expect(reason.line == 3)
            #expect(try await count(scratch, loop) == 1)
            try await migrate([Self.first, Self.second], scratch, loop)
            #expect(try await count(scratch, loop) == 2)
        }
    }

    @Test("One that ends its own transaction is refused", arguments: ["COMMIT", "ROLLBACK", "COMMIT; BEGIN"])
    func refusesTransactionControl(sql: String) async throws {
        try await withScratchDatabase { scratch, loop in
            let migration = Migration(number: 1, name: "unruly", sql: sql)
            await #expect(throws: MigrationError.endsItsTransaction(number: 1, name: "unruly")) {
                try await migrate([migration], scratch, loop)
            }
        }
    }

    @Test("Of two at once, one applies everything and the other finds nothing to do")
    func twoAtOnce() async throws {
        try await withScratchDatabase { scratch, loop in
            let slow = Migration(number: 1, name: "slow", sql: "CREATE TABLE a (id int8); SELECT pg_sleep(0.3);")
            let applied = Recorder<Int>()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask(executorPreference: loop) {
                        try await migrate([slow, Self.second], scratch, loop) { applied.note($0.number) }
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(applied.all == [1, 2])
        }
    }

    @Test("Who waits too long for another program's migrations gives up")
    func boundedLock() async throws {
        try await withScratchDatabase { scratch, loop in
            let endless = Migration(number: 1, name: "endless", sql: "SELECT pg_sleep(600)")
            let other = Task(executorPreference: loop) { try await migrate([endless], scratch, loop) }
            try await withDatabase(.patient(scratch.url), on: loop) { database in
                await database.waitForActivity("pg_sleep")
            }
            let impatient = Migrator(
                migrations: [Self.first],
                url: scratch.url,
                on: loop,
                lockPatience: .milliseconds(50)
            )
            await #expect(throws: MigrationError.locked) { try await impatient.apply() }
            other.cancel()
            await #expect(throws: CancellationError.self) { try await other.value }
            try await migrate([Self.first], scratch, loop)
        }
    }

    @Test("A database that is not there is an error that says so")
    func unreachable() async throws {
        try await onLoop { loop in
            let migrator = Migrator(migrations: [Self.first], url: "postgresql:///x?host=/nonexistent", on: loop)
            let error = await #expect(throws: ScriptError.self) { try await migrator.apply() }
            #expect(error?.message.contains("/nonexistent") == true)
        }
    }
}

@Suite("Scripts")
struct ScriptTests {
    @Test("All statements of a script run, and none of them when one fails")
    func runs() async throws {
        try await withScratchDatabase { scratch, loop in
            try await Script.run("", url: scratch.url, on: loop)
            try await Script.run("CREATE TABLE a (id int8); INSERT INTO a VALUES (1), (2);", url: scratch.url, on: loop)
            let error = await #expect(throws: ScriptError.self) {
                try await Script.run("DELETE FROM a;\n\n  DELETE FRM a;", url: scratch.url, on: loop)
            }
            #expect(error?.sqlState == "42601")
            #expect(error?.line == 3)
            await #expect(throws: ScriptError.self) {
                try await Script.run("COPY a FROM STDIN", url: scratch.url, on: loop)
            }
            try await withDatabase(.patient(scratch.url), on: loop) { database in
                try await expect(2, in: database.read("SELECT count(*) FROM a"))
            }
        }
    }

    @Test("A cancelled script ends at once")
    func cancels() async throws {
        try await withScratchDatabase { scratch, loop in
            let task = Task(executorPreference: loop) {
                try await Script.run("SELECT pg_sleep(600)", url: scratch.url, on: loop)
            }
            try await loop.sleep(for: .milliseconds(50))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
