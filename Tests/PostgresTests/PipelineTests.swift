import Postgres
import Reactor
import Support
import Testing

@Suite("Pipelined statements")
struct PipelineTests {
    @Test("One that fails leaves its neighbours alone, whatever it fails at", arguments: [1, 2, 4])
    func failuresStayAlone(connections: Int) async throws {
        try await withDatabase(configure: { $0.connections = connections }) { database in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<400 {
                    tasks.addTask(executorPreference: database.loop) {
                        switch number % 4 {
                        case 0:
                            let kind = await failure { _ = try await database.read("SELECT 1 / \(number - number)") }
                            #expect(kind == .server(sqlState: "22012", constraint: nil))
                        case 1:
                            let kind = await failure { _ = try await database.read("SELECT nonsense \(number)") }
                            #expect(kind == .server(sqlState: "42601", constraint: nil))
                        default:
                            try await expect(number, in: database.read("SELECT \(number)"))
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test("An error that comes with the commit is the statement's error, and undoes it")
    func deferredConstraints() async throws {
        try await withDatabase { database in
            _ = try await database.write(
                "CREATE TABLE t (id int8, CONSTRAINT t_id_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)"
            )
            _ = try await database.write("INSERT INTO t VALUES (\(1))")
            await #expect(throws: PostgresError(.server(sqlState: "23505", constraint: "t_id_key"))) {
                try await database.write("INSERT INTO t VALUES (\(1)) RETURNING id")
            }
            try await expect(1, in: database.read("SELECT count(*) FROM t"))
        }
    }

    @Test("The name of a violated constraint is told")
    func namesConstraints() async throws {
        try await withDatabase { database in
            _ = try await database.write("CREATE TABLE t (id int8 CONSTRAINT t_id_is_small CHECK (id < 10))")
            let refused = await #expect(throws: PostgresError.self) {
                try await database.write("INSERT INTO t VALUES (\(10))")
            }
            #expect(refused?.violates("t_id_is_small") == true)
            #expect(refused?.violates("t_id_key") == false)
            #expect(refused.map { "\($0)" }?.contains("10") == false)
        }
    }

    @Test("A statement that a change of tables made stale is prepared anew without anybody noticing")
    func staleStatements() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            _ = try await database.write("CREATE TABLE t AS SELECT 1::int4 AS a")
            func read() async throws -> Int { try await database.read("SELECT * FROM t").value() }
            #expect(try await read() == 1)
            _ = try await database.write("ALTER TABLE t ALTER a TYPE int8")
            #expect(try await read() == 1)
            _ = try await database.write("DEALLOCATE ALL")
            #expect(try await read() == 1)
            let inTransaction = try await database.transaction { transaction in
                _ = try await transaction.read("SELECT 1")
                return try await transaction.read("SELECT * FROM t").value(as: Int.self)
            }
            #expect(inTransaction == 1)
        }
    }

    @Test("The first statement of a transaction may be stale too")
    func staleFirstStatement() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            _ = try await database.write("CREATE TABLE t AS SELECT 1::int4 AS a")
            func read() async throws -> Int {
                try await database.transaction { try await $0.read("SELECT * FROM t").value() }
            }
            #expect(try await read() == 1)
            _ = try await database.write("ALTER TABLE t ALTER a TYPE int8")
            #expect(try await read() == 1)
        }
    }

    @Test("A statement that cannot be prepared fails each time with its own error, alone or in a crowd")
    func unpreparable() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            await withTaskGroup(of: PostgresError.Kind?.self) { tasks in
                for _ in 0..<50 {
                    tasks.addTask(executorPreference: database.loop) {
                        await failure { _ = try await database.read("SELECT * FROM missing") }
                    }
                }
                for await kind in tasks { #expect(kind == .server(sqlState: "42P01", constraint: nil)) }
            }
            _ = try await database.write("CREATE TABLE missing AS SELECT 7 AS a")
            try await expect(7, in: database.read("SELECT * FROM missing"))
        }
    }

    @Test("Statements of ever new shapes do not fill the server's memory, and all are answered")
    func boundedStatements() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            for number in 0..<1200 {
                // the bits of the number decide which literals the statement consists of
                var sum: SQL = "0"
                for bit in 0..<11 {
                    sum = number >> bit & 1 == 1 ? "\(sum) + \(1 << bit)" : "\(sum)+0"
                }
                try await expect(number, in: database.read("SELECT (\(sum))::int8"))
            }
            let prepared = try await database.read("SELECT count(*) FROM pg_prepared_statements")
            #expect(try prepared.value(as: Int.self) <= 1001)
        }
    }

    @Test("Rows beyond the socket's buffers arrive whole, in both directions")
    func largeValues() async throws {
        try await withDatabase(configure: { $0.connections = 2 }) { database in
            let large = [UInt8](repeating: 0xab, count: 1 << 20)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<6 {
                    tasks.addTask(executorPreference: database.loop) {
                        let answer = try await database.read("SELECT \(large) || \(large)")
                        #expect(try answer.value(as: [UInt8].self).count == 2 << 20)
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test("Calls from another thread are carried out too")
    func callsFromElsewhere() async throws {
        try await withDatabase { database in
            let others = LoopGroup(count: 2, named: "elsewhere")
            defer { others.stop() }
            let sum = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for number in 0..<200 {
                    tasks.addTask(executorPreference: others.loops[number % 2]) {
                        try await database.transaction { transaction in
                            try await transaction.read("SELECT \(number)").value()
                        }
                    }
                    tasks.addTask { try await database.write("SELECT \(number)").value() }
                }
                return try await tasks.reduce(0, +)
            }
            #expect(sum == 199 * 200)
        }
    }
}

@Suite("Session settings")
struct SessionSettingsTests {
    @Test("They hold for their statement and are gone with it, even when it fails")
    func holdForOneStatement() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            let current: SQL = "SELECT coalesce(current_setting('portero.user_id', true), '')"
            try await expect("ana", in: database.read(current, with: ["portero.user_id": "ana"]))
            try await expect("", in: database.read(current))
            _ = await failure { _ = try await database.read("SELECT 1 / \(0)", with: ["portero.user_id": "eva"]) }
            try await expect("", in: database.read(current))
            try await expect("x'; --", in: database.write(current, with: ["portero.user_id": "x'; --"]))
            try await expect("", in: database.write(current, with: SessionSettings()))
        }
    }

    @Test("A thousand interleaved calls each see their own, none those of a neighbour")
    func doNotLeak() async throws {
        try await withDatabase(configure: { $0.connections = 3 }) { database in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<1000 {
                    tasks.addTask(executorPreference: database.loop) {
                        let sql: SQL = """
                            SELECT coalesce(current_setting('portero.a', true), '') || '/'
                                || coalesce(current_setting('portero.b', true), '')
                            """
                        switch number % 4 {
                        case 0:
                            try await expect("/", in: database.read(sql))
                        case 1:
                            let settings: SessionSettings = ["portero.a": "\(number)", "portero.b": "b"]
                            try await expect("\(number)/b", in: database.read(sql, with: settings))
                        case 2:
                            try await expect("/\(number)", in: database.write(sql, with: ["portero.b": "\(number)"]))
                        default:
                            let seen = try await database.transaction(with: ["portero.a": "\(number)"]) { transaction in
                                _ = try await transaction.read("SELECT 1")
                                return try await transaction.read(sql).value(as: String.self)
                            }
                            #expect(seen == "\(number)/")
                        }
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }
}
