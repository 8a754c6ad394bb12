import Postgres
import Reactor
import Support
import Testing

@Suite("Restarts and failover")
struct FailoverTests {
    @Test("A server that restarts is used again by itself", arguments: ["fast", "immediate"])
    func restarts(mode: String) async throws {
        let events = Recorder<DatabaseEvent>()
        try await ScratchCluster.with { cluster in
            var configuration = DatabaseConfiguration.patient(cluster.url)
            configuration.onEvent = { events.note($0) }
            try await onLoop { [configuration] loop in
                try await withDatabase(configuration, on: loop) { database in
                    _ = try await database.write("CREATE TABLE t (id int8)")
                    try await cluster.stop(mode: mode)
                    async let waiting: Void = database.ready()
                    try await cluster.start()
                    let back = Instant.now()
                    try await waiting
                    // Attempts are a second apart at most; what a busy machine adds is no fault.
                    #expect(Instant.now() - back < .seconds(10))
                    _ = try await database.write("INSERT INTO t VALUES (1)")
                }
            }
        }
        #expect(events.all.contains { if case .connected = $0 { true } else { false } })
        #expect(events.all.contains { if case .lost = $0 { true } else { false } })
    }

    @Test("A host that refuses or is no server at all is passed over for the next of the URL")
    func passesOverDeadHosts() async throws {
        try await ScratchCluster.with { cluster in
            let hosts = "host=/nonexistent,missing.invalid,localhost,\(cluster.socketDirectory)&port=5432,5432,1,5432"
            let url = "postgresql://portero_owner@/postgres?\(hosts)"
            try await onLoop { loop in
                try await withDatabase(.patient(url), on: loop) { database in
                    try await expect(7, in: database.read("SELECT \(7)"))
                }
                try await Script.run("SELECT 1", url: url, on: loop)
            }
        }
    }

    @Test("A host that accepts and says nothing is given up, and the next one tried first")
    func passesOverSilentHosts() async throws {
        let silent = try SilentServer()
        let port = silent.port
        let events = Recorder<DatabaseEvent>()
        try await ScratchCluster.with { cluster in
            let hosts = "host=localhost,\(cluster.socketDirectory)&port=\(port),5432"
            var configuration = DatabaseConfiguration.patient("postgresql://portero_owner@/postgres?\(hosts)")
            configuration.connectTimeout = .seconds(1)
            configuration.onEvent = { events.note($0) }
            try await onLoop { [configuration] loop in
                try await withDatabase(configuration, on: loop) { database in
                    try await expect(7, in: database.read("SELECT \(7)"))
                    try await expect(8, in: database.write("SELECT \(8)"))
                }
            }
        }
        #expect(events.all.contains(.cannotConnect(reason: "localhost:\(port) gives no answer")))
        _ = consume silent
    }

    @Test("Standbys are passed over, and after a promotion writes go to the new primary")
    func failsOver() async throws {
        try await ScratchCluster.with(port: 5432) { primary in
            try await ScratchCluster.with(port: 5433, standbyOf: primary) { standby in
                let hosts = "host=\(standby.socketDirectory),\(primary.socketDirectory)&port=5433,5432"
                let url = "postgresql://portero_owner@/postgres?\(hosts)"
                try await onLoop { loop in
                    try await withDatabase(.patient(url), on: loop) { database in
                        _ = try await database.write("CREATE TABLE t (id int8)")
                        let hasCaughtUp: SQL = """
                            SELECT coalesce(bool_and(replay_lsn >= pg_current_wal_insert_lsn()), false)
                              FROM pg_stat_replication
                            """
                        while try await database.read(hasCaughtUp).value() == false {}
                        try await primary.stop(mode: "immediate")
                        try await standby.promote()
                        _ = await failure { _ = try await database.write("INSERT INTO t VALUES (1)") }
                        #expect(try await database.write("INSERT INTO t VALUES (2)").affected == 1)
                    }
                }
            }
        }
    }

    @Test("A connection whose server turns read-only is dropped, and the write sent again")
    func dropsReadOnlyServers() async throws {
        try await withDatabase(configure: { $0.connections = 1 }) { database in
            _ = try await database.write("CREATE TABLE t (id int8)")
            let before: Int32 = try await database.read("SELECT pg_backend_pid()").value()
            _ = try await database.write("SET default_transaction_read_only = on")
            #expect(try await database.write("INSERT INTO t VALUES (\(1))").affected == 1)
            let after: Int32 = try await database.read("SELECT pg_backend_pid()").value()
            #expect(after != before)
        }
    }
}

@Suite("Connection parameters")
struct ParameterTests {
    private func setting(_ name: String, _ configuration: DatabaseConfiguration) async throws -> String {
        try await onLoop { loop in
            try await withDatabase(configuration, on: loop) { database in
                try await database.read("SELECT current_setting(\(name))").value()
            }
        }
    }

    @Test(
        "Ours hold unless the URL says otherwise",
        arguments: [
            ("statement_timeout", "", "2500ms"), ("lock_timeout", "", "1s"),
            ("idle_in_transaction_session_timeout", "", "5s"), ("TimeZone", "", "UTC"), ("client_encoding", "", "UTF8"),
            ("application_name", "", "portero"), ("application_name", "&application_name=other", "other"),
            ("statement_timeout", "&options=-c%20statement_timeout%3D9s", "9s"),
            ("lock_timeout", "&options=-c%20statement_timeout%3D9s", "1s"),
        ]
    )
    func parameters(name: String, inURL: String, expected: String) async throws {
        var configuration = DatabaseConfiguration(url: try ScratchDatabase.clusterURL() + "&connect_timeout=60" + inURL)
        configuration.callTimeout = .seconds(60)
        configuration.connectionPatience = .seconds(50)
        let value = try await setting(name, configuration)
        #expect(value == expected)
    }

    @Test("With a runtime role, connections are its and no longer the owner's")
    func takesOnItsRole() async throws {
        try await withScratchDatabase { scratch, loop in
            let role = "role \(scratch.name)"
            try await Script.run("CREATE ROLE \"\(role)\"", url: scratch.url, on: loop)
            var configuration = DatabaseConfiguration.patient(scratch.url)
            configuration.role = role
            try await withDatabase(configuration, on: loop) { database in
                try await expect(role, in: database.read("SELECT current_user"))
                let kind = await failure { _ = try await database.write("CREATE SCHEMA mine") }
                #expect(kind == .server(sqlState: "42501", constraint: nil))
            }
            try await Script.run("DROP ROLE \"\(role)\"", url: scratch.url, on: loop)
        }
    }
}
