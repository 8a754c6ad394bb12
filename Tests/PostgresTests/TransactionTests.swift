import Postgres
import Reactor
import Support
import Testing

@Suite("Transactions")
struct TransactionTests {
    private struct Planned: Error {}

    private func withTable<Value: Sendable>(
        configure: @escaping @Sendable (inout DatabaseConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Database) async throws -> Value
    ) async throws -> Value {
        try await withDatabase(configure: configure) { database in
            _ = try await database.write("CREATE TABLE accounts (id int8 PRIMARY KEY, balance int8 NOT NULL)")
            _ = try await database.write("INSERT INTO accounts VALUES (1, 100), (2, 100)")
            return try await body(database)
        }
    }

    @Test("What it did is there after its end, and not before")
    func commits() async throws {
        try await withTable { database in
            let answer = try await database.transaction { transaction in
                _ = try await transaction.write("UPDATE accounts SET balance = \(50) WHERE id = \(1)")
                try await expect(100, in: database.read("SELECT balance FROM accounts WHERE id = 1"))
                return try await transaction.read("SELECT balance FROM accounts WHERE id = 1").value(as: Int.self)
            }
            #expect(answer == 50)
            try await expect(50, in: database.read("SELECT balance FROM accounts WHERE id = 1"))
        }
    }

    @Test("What throws undoes everything, and the connection is as good as new")
    func rollsBack() async throws {
        try await withTable(configure: { $0.connections = 1 }) { database in
            await #expect(throws: Planned.self) {
                try await database.transaction { transaction in
                    _ = try await transaction.write("UPDATE accounts SET balance = \(0)")
                    throw Planned()
                }
            }
            try await expect(200, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
            #expect(try await database.write("UPDATE accounts SET balance = \(1)").affected == 2)
        }
    }

    @Test("A body that hides a failed statement does not get its transaction committed")
    func hiddenFailures() async throws {
        try await withTable { database in
            await #expect(throws: PostgresError(.server(sqlState: "25P02", constraint: nil))) {
                try await database.transaction { transaction in
                    _ = try await transaction.write("UPDATE accounts SET balance = \(0)")
                    _ = try? await transaction.write("SELECT 1 / \(0)")
                }
            }
            await #expect(throws: PostgresError(.server(sqlState: "25P02", constraint: nil))) {
                try await database.transaction { transaction in
                    _ = try? await transaction.write("SELECT 1 / \(0)")
                    _ = try await transaction.write("UPDATE accounts SET balance = \(0)")
                }
            }
            try await expect(200, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
        }
    }

    @Test("A constraint that is checked at the commit undoes the transaction and is named")
    func deferredConstraint() async throws {
        try await withTable(configure: { $0.connections = 1 }) { database in
            _ = try await database.write("UPDATE accounts SET balance = id")
            _ = try await database.write(
                "ALTER TABLE accounts ADD CONSTRAINT one_each UNIQUE (balance) DEFERRABLE INITIALLY DEFERRED"
            )
            let kind = await failure {
                try await database.transaction { transaction in
                    _ = try await transaction.write("UPDATE accounts SET balance = \(9)")
                }
            }
            #expect(kind == .server(sqlState: "23505", constraint: "one_each"))
            try await expect(3, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
        }
    }

    @Test("Without a statement nothing is opened, and a finished transaction runs nothing")
    func endsAreFinal() async throws {
        try await withTable { database in
            #expect(try await database.transaction { _ in 7 } == 7)
            var kept: Transaction?
            try await database.transaction { transaction in
                kept = transaction
                _ = try await transaction.read("SELECT 1")
            }
            let late = kept
            let kind = await failure { _ = try await late?.write("DELETE FROM accounts") }
            #expect(kind == .server(sqlState: "25P01", constraint: nil))
            try await expect(2, in: database.read("SELECT count(*) FROM accounts"))
        }
    }

    @Test("Concurrent transfers that the server cannot serialize are repeated until they succeed")
    func retriesSerializationFailures() async throws {
        try await withTable(configure: { $0.connections = 6 }) { database in
            let runs = Recorder<Void>()
            let failures = Recorder<Void>()
            try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<40 {
                    tasks.addTask(executorPreference: database.loop) {
                        do {
                            try await database.transaction(isolation: .serializable, isIdempotent: true) {
                                transaction in
                                runs.note(())
                                let sum = try await transaction.read("SELECT sum(balance)::int8 FROM accounts")
                                let total: Int = try sum.value()
                                // everybody has read before anybody writes
                                while runs.count < 3 { await Task.yield() }
                                _ = try await transaction.write(
                                    "UPDATE accounts SET balance = balance + \(total - total + 1) WHERE id = 1"
                                )
                            }
                            return true
                        } catch {
                            #expect((error as? PostgresError)?.isSerializationFailure == true)
                            failures.note(())
                            return false
                        }
                    }
                }
                let successes = try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
                let balance = try await database.read("SELECT balance FROM accounts WHERE id = 1").value(as: Int.self)
                #expect(balance == 100 + successes)
                #expect(successes + failures.count == 40)
                #expect(runs.count > 40)
            }
        }
    }

    @Test("Without leave to repeat it, a serialization failure reaches the caller after one run")
    func doesNotRepeatUnasked() async throws {
        try await withTable(configure: { $0.connections = 4 }) { database in
            let runs = Recorder<Void>()
            let kind = await failure {
                try await database.transaction(isolation: .repeatableRead) { transaction in
                    runs.note(())
                    _ = try await transaction.read("SELECT balance FROM accounts")
                    _ = try await database.write("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
                    _ = try await transaction.write("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
                }
            }
            #expect(kind == .server(sqlState: "40001", constraint: nil))
            #expect(runs.count == 1)
            try await expect(101, in: database.read("SELECT balance FROM accounts WHERE id = 1"))
        }
    }

    @Test("A deadlock is repeated when the body may be")
    func retriesDeadlocks() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 4
            $0.lockTimeout = .seconds(40)
        }
        try await withTable(configure: configure) { database in
            let runs = Recorder<Void>()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for first in [1, 2] {
                    tasks.addTask(executorPreference: database.loop) {
                        try await database.transaction(isIdempotent: true) { transaction in
                            _ = try await transaction.write(
                                "UPDATE accounts SET balance = balance + 1 WHERE id = \(first)"
                            )
                            runs.note(())
                            while runs.count < 2 { await Task.yield() }
                            _ = try await transaction.write(
                                "UPDATE accounts SET balance = balance + 1 WHERE id = \(3 - first)"
                            )
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(runs.count >= 3)
            try await expect(204, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
        }
    }

    @Test("A cancelled task's transaction is rolled back")
    func cancellationRollsBack() async throws {
        try await withTable { database in
            let task = Task(executorPreference: database.loop) {
                try await database.transaction { transaction in
                    _ = try await transaction.write("UPDATE accounts SET balance = \(0)")
                    while !Task.isCancelled { await Task.yield() }
                }
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await expect(200, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
        }
    }

    @Test("While all writers are lent out, as many calls wait as may, for as long as they may")
    func waitingIsBounded() async throws {
        let configure: @Sendable (inout DatabaseConfiguration) -> Void = {
            $0.connections = 2
            $0.waitingLimit = 3
            // Long enough for a busy machine to connect in.
            $0.leasePatience = .seconds(3)
        }
        try await withTable(configure: configure) { database in
            try await database.transaction { transaction in
                _ = try await transaction.read("SELECT 1")
                let kinds = await withTaskGroup(of: PostgresError.Kind?.self) { tasks in
                    for number in 0..<8 {
                        tasks.addTask(executorPreference: database.loop) {
                            await failure {
                                if number % 2 == 0 {
                                    _ = try await database.write("SELECT 1")
                                } else {
                                    try await database.transaction { _ = try await $0.read("SELECT 1") }
                                }
                            }
                        }
                    }
                    return await tasks.reduce(into: []) { $0.append($1) }
                }
                #expect(kinds == Array(repeating: .overloaded, count: 8))
                try await expect(Int(1), in: database.read("SELECT 1"))
            }
            try await expect(Int(1), in: database.write("SELECT 1"))
        }
    }

    @Test("Who waits is served in turn as soon as a writer is given back")
    func waitersAreServed() async throws {
        try await withTable(configure: { $0.connections = 2 }) { database in
            let order = Recorder<Int>()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<50 {
                    tasks.addTask(executorPreference: database.loop) {
                        try await database.transaction { transaction in
                            order.note(number)
                            _ = try await transaction.write("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
                        }
                    }
                    tasks.addTask(executorPreference: database.loop) {
                        _ = try await database.write("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(order.all == Array(0..<50))
            try await expect(300, in: database.read("SELECT sum(balance)::int8 FROM accounts"))
        }
    }
}
