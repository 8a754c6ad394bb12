import Foundation
import Reactor
import Support
import Synchronization
import Testing

@testable import portero

/// Against the machine's own initdb and postgres.
@Suite("Embedded PostgreSQL", .serialized)
struct EmbeddedPostgresTests {
    private static let settings = ServerSettings(Configuration())
    private static let searchPath = ProcessInfo.processInfo.environment["PATH"]

    @Test("It is made whole, never runs as root, answers on its socket, and ends with us, its data kept")
    func livesWithUs() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            for start in ["first", "second"] {
                let server = try await onLoop { loop in
                    let server = try await EmbeddedPostgres.start(
                        in: directory,
                        Self.settings,
                        searchPath: Self.searchPath,
                        on: loop
                    ) { _ in }
                    let id = await server.processID
                    #expect(try owner(of: "/proc/\(id)") != 0)
                    let answer = try psql(
                        server.database.uri,
                        "SHOW data_checksums; SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database(); SHOW listen_addresses"
                    )
                    #expect(answer == "on\nUTF8|C.UTF-8\n\n")
                    let owner = try psql(
                        server.database.uri,
                        "SELECT rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
                    )
                    #expect(owner == "t|portero_owner\n")
                    let rows =
                        start == "first"
                        ? "CREATE TABLE kept AS SELECT 7 AS n; SELECT n FROM kept" : "SELECT n FROM kept"
                    #expect(try psql(server.database.uri, rows).hasSuffix("7\n"))
                    await server.stop()
                    return id
                }
                #expect(kill(server, 0) != 0)
                #expect(PostmasterFile(of: directory.path + "/postgres") == nil)
            }
            #expect(try mode(of: directory.path + "/postgres") == 0o700)
            #expect(try mode(of: directory.path + "/socket") == 0o700)
        }
    }

    @Test("A data directory serves one process; another one may visit")
    func isExclusive() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            try await onLoop { loop in
                #expect(try await EmbeddedPostgres.visit(directory, on: loop) == nil)
                let server = try await start(in: directory, on: loop)
                let refusal = await #expect(throws: Failure.self) { try await start(in: directory, on: loop) }
                #expect(refusal?.kind == .unavailable)
                #expect(refusal?.description.contains("is in use by process \(getpid())") == true)
                let visited = try #require(try await EmbeddedPostgres.visit(directory, on: loop))
                #expect(visited == server.database)
                await server.stop()
            }
        }
    }

    @Test("A server that was left running is taken over, and stopped at the end")
    func takesOver() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            try await onLoop { loop in try await start(in: directory, on: loop).stop() }
            let cluster = directory.path + "/postgres"
            let left = try await onLoop { loop in
                // as after a crash: nobody holds the lock
                let site = try ClusterSite.choose(in: directory) { _ in }
                let installation = try PostgresInstallation.find(version: nil, searchPath: nil)
                let log = open("/dev/null", O_WRONLY)
                defer { close(log) }
                let order = ProcessOrder(
                    program: installation.programs + "/postgres",
                    arguments: ["-D", cluster] + Self.settings.arguments(sockets: site.sockets),
                    folder: cluster,
                    output: log,
                    account: site.account,
                    deathSignal: SIGINT
                )
                let process = try await WatchedProcess.start(order, on: loop)
                while PostmasterFile(of: cluster) == nil { try await loop.sleep(for: .milliseconds(1)) }
                let server = try await start(in: directory, on: loop)
                #expect(await server.processID == process.id)
                #expect(try psql(server.database.uri, "SELECT 1") == "1\n")
                await server.stop()
                #expect(await process.waitForEnd(atMost: .seconds(60)) != nil)
                return process.id
            }
            #expect(kill(left, 0) != 0)
        }
    }

    @Test("A server that ends by itself is started again")
    func restarts() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            let said = Mutex<[String]>([])
            try await onLoop { loop in
                let server = try await EmbeddedPostgres.start(
                    in: directory,
                    Self.settings,
                    searchPath: Self.searchPath,
                    on: loop
                ) { line in said.withLock { $0.append(line) } }
                async let running: Void = server.run()
                let first = await server.processID
                kill(first, SIGKILL)
                while await server.processID == first { try await loop.sleep(for: .milliseconds(10)) }
                #expect(try psql(server.database.uri, "SELECT 1") == "1\n")
                await server.stop()
                await running
            }
            #expect(said.withLock { $0 }.contains("the embedded PostgreSQL ended (signal 9); starting it again"))
        }
    }

    @Test("Its log has a line for what it refuses, without the statement and without a value of it")
    func logsNoValues() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            try await onLoop { loop in
                let server = try await start(in: directory, on: loop)
                for statement in [
                    "CREATE TABLE people (email text UNIQUE, age int CHECK (age > 0)); INSERT INTO people VALUES ('hunter2', 1)",
                    "INSERT INTO people VALUES ('hunter2', 1)", "INSERT INTO people VALUES ('hunter3', -2)",
                    "DO $$ BEGIN RAISE EXCEPTION 'refused: missing' USING DETAIL = 'hunter4', HINT = 'hunter5'; END $$",
                    "DO $$ BEGIN EXECUTE format('SELECT * FROM nowhere WHERE email = %L', 'hunter6'); END $$",
                ] { _ = try psql(server.database.uri, statement) }
                await server.stop()
            }
            let log = try String(contentsOfFile: directory.path + "/postgres.log", encoding: .utf8)
            for complaint in [
                #"unique constraint "people_email_key""#, #"check constraint "people_age_check""#, "refused: missing",
                #"relation "nowhere" does not exist"#,
            ] { #expect(log.contains(complaint), "\(log)") }
            for word in ["hunter", "INSERT", "DETAIL", "HINT", "STATEMENT", "QUERY", "CONTEXT"] {
                #expect(!log.contains(word), "\(log)")
            }
        }
    }

    @Test("Its log begins anew while it runs, once it has grown too large; the end of what was there is kept")
    func boundsItsLog() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            let log = ServerLog(path: directory.path + "/postgres.log")
            try await onLoop { loop in
                let server = try await start(in: directory, on: loop)
                async let running: Void = server.run(lookingAtTheLogEvery: .milliseconds(10))
                for round in ["first", "second"] {
                    let end = try #require(FileHandle(forWritingAtPath: log.path))
                    let room = ServerLog.limit - Int(try end.seekToEnd())
                    // Up to the limit, which is not beyond it, and then over it at once.
                    try end.write(contentsOf: Data(repeating: UInt8(ascii: "x"), count: room))
                    try end.write(contentsOf: Data("x\(round)\n".utf8))
                    try end.close()
                    while try size(of: log.path) > ServerLog.limit { try await loop.sleep(for: .milliseconds(5)) }
                    _ = try psql(server.database.uri, "SELECT nothing")
                    let lines = try String(contentsOfFile: log.path, encoding: .utf8).split(separator: "\n")
                    #expect(lines.count == 1)
                    #expect(lines[0].contains(#"ERROR:  column "nothing" does not exist"#), "\(lines)")
                    #expect(try size(of: log.former) == ServerLog.limit)
                    #expect(try String(contentsOfFile: log.former, encoding: .utf8).hasSuffix("x\(round)\n"))
                    #expect(try mode(of: log.former) == 0o600)
                }
                await server.stop()
                await running
            }
            #expect(log.lastWords.contains("database system is shut down"))
        }
    }

    @Test("The file of a server that is gone, its process id another program's now, is no obstacle")
    func ignoresStaleFiles() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            try await onLoop { loop in
                try await start(in: directory, on: loop).stop()
                let cluster = directory.path + "/postgres"
                let sleeper = Process()
                sleeper.executableURL = URL(filePath: "/bin/sleep")
                sleeper.arguments = ["100"]
                try sleeper.run()
                defer { kill(sleeper.processIdentifier, SIGKILL) }
                let file = "\(sleeper.processIdentifier)\n\(cluster)\n1\n5432\n/nowhere\n\n 1 1\nready   \n"
                try Data(file.utf8).write(to: URL(filePath: cluster + "/postmaster.pid"))
                let server = try await start(in: directory, on: loop)
                #expect(try psql(server.database.uri, "SELECT 1") == "1\n")
                await server.stop()
            }
        }
    }

    @Test("A start that is cancelled leaves no process, and nothing that looks like a cluster")
    func cancels() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/data")
            try await onLoop { loop in
                let task = Task(executorPreference: loop) { try await start(in: directory, on: loop) }
                while access(directory.path + "/postgres.new", F_OK) != 0 {
                    try await loop.sleep(for: .milliseconds(1))
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(access(directory.path + "/postgres", F_OK) != 0)
                let server = try await start(in: directory, on: loop)
                await server.stop()
            }
        }
    }

    @Test("Where the path is too long for a socket, the socket is kept in /tmp")
    func shortensSockets() async throws {
        try await withScratchFolder { place in
            let directory = try DataDirectory(creating: place + "/" + String(repeating: "long/", count: 20) + "data")
            let site = try ClusterSite.choose(in: directory) { _ in }
            defer { rmdir(site.sockets) }
            #expect(site.sockets.hasPrefix("/tmp/portero-"))
            #expect(site.sockets.utf8.count + ClusterSite.socketName.utf8.count <= 107)
            #expect(try mode(of: site.sockets) == 0o700)
            #expect(try ClusterSite.choose(in: directory) { _ in } == site)
        }
    }

    @Test("Root's cluster is kept where the user postgres can reach it", .enabled(if: geteuid() == 0))
    func findsRefuge() async throws {
        try await withScratchFolder { place in
            try makeFolder(place + "/closed", mode: 0o700)
            let directory = try DataDirectory(creating: place + "/closed/data")
            let said = Mutex<[String]>([])
            let site = try ClusterSite.choose(in: directory, refuge: place + "/refuge") { line in
                said.withLock { $0.append(line) }
            }
            #expect(site.cluster.hasPrefix(place + "/refuge/"))
            #expect(site.account?.name == "postgres")
            #expect(site.account?.obstacle(to: parentFolder(of: site.cluster)) == nil)
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: directory.path + "/postgres") == site.cluster
            )
            #expect(said.withLock { $0 }.first?.contains("\(place)/closed is closed to the user postgres") == true)
            try makeFolder(site.cluster, mode: 0o700)
            chown(site.cluster, site.account?.user ?? 0, site.account?.group ?? 0)
            let again = try ClusterSite.choose(in: directory, refuge: place + "/refuge") { line in
                said.withLock { $0.append(line) }
            }
            #expect(again == site)
            #expect(said.withLock { $0.count } == 1)
        }
    }

    @Test(
        "What a server writes about itself is read, and half of it is not",
        arguments: [
            ("77\n/d\n1795\n5432\n/run\n\n 1 2\nready   \n", PostmasterFile.Status.ready),
            ("77\n/d\n1795\n5432\n/run\n\n 1 2\nstarting\n", .starting),
            ("77\n/d\n1795\n5432\n/run\n\n 1 2\nstopping\n", .stopping),
            ("77\n/d\n1795\n5432\n/run\n", .starting), ("77", .starting), ("", nil),
            ("x\n/d\n1\n5432\n/run\n\n1\nready\n", nil),
            ("-1\n/d\n1\n5432\n/run\n\n1\nready\n", nil),
        ] as [(String, PostmasterFile.Status?)]
    )
    func readsServerFiles(_ text: String, _ status: PostmasterFile.Status?) {
        #expect(PostmasterFile(text: text)?.status == status)
    }

    private func size(of file: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber)?.intValue ?? -1
    }

    private func start(in directory: DataDirectory, on loop: EventLoop) async throws -> EmbeddedPostgres {
        try await .start(in: directory, Self.settings, searchPath: Self.searchPath, on: loop) { _ in }
    }
}
