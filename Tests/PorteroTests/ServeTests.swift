import Foundation
import Testing

@testable import portero

/// Against the program itself, as a process.
@Suite("portero serve", .serialized)
struct ServeTests {
    @Test("SIGTERM ends the server and its database, with exit code 0")
    func stops() async throws {
        try await withScratchFolder { place in
            let server = try RunningServer(in: place)
            try await server.ready()
            let database = try #require(PostmasterFile(of: place + "/data/postgres"))
            kill(server.id, SIGTERM)
            #expect(await server.end() == 0)
            #expect(kill(database.process, 0) != 0)
        }
    }

    @Test("After kill -9 its database ends too, and the next start has the data and the secret")
    func survivesItsDeath() async throws {
        try await withScratchFolder { place in
            let first = try RunningServer(in: place)
            try await first.ready()
            let database = try #require(PostmasterFile(of: place + "/data/postgres"))
            let uri = "postgresql://portero_owner@/portero?host=\(place)/data/socket"
            _ = try psql(uri, "CREATE TABLE kept AS SELECT 7 AS n")
            let secret = try DataDirectory(creating: place + "/data").secrets().map(\.text)
            kill(first.id, SIGKILL)
            _ = await first.end()
            let second = try RunningServer(in: place)
            try await second.ready()
            #expect(try psql(uri, "SELECT n FROM kept") == "7\n")
            #expect(try DataDirectory(creating: place + "/data").secrets().map(\.text) == secret)
            #expect(PostmasterFile(of: place + "/data/postgres")?.process != database.process)
            kill(second.id, SIGKILL)
            _ = await second.end()
            let last = PostmasterFile(of: place + "/data/postgres")?.process
            while let last, kill(last, 0) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("A second server on the same data directory is refused by one line, and visitors are not")
    func refusesASecond() async throws {
        try await withScratchFolder { place in
            let first = try RunningServer(in: place)
            try await first.ready()
            let second = try RunningServer(in: place)
            #expect(await second.end() == 69)
            #expect(second.complaints().contains("is in use by process \(first.id); stop that"))
            #expect(second.complaints().split(separator: "\n").count == 1)
            let visitor = try RunningServer(in: place, ["migrate", "--status"])
            #expect(await visitor.end() == 0)
            kill(first.id, SIGINT)
            #expect(await first.end() == 0)
        }
    }

    @Test("It is ready once the migrations are there, and until then says what it waits for")
    func waitsForMigrations() async throws {
        try await withScratchFolder { place in
            let server = try RunningServer(in: place, ["serve", "--no-migrate"])
            while !server.output.contains("waits for the database and its migrations") {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(!server.output.contains("portero ready"))
            let migration = try RunningServer(in: place, ["migrate"])
            #expect(await migration.end() == 0)
            try await server.ready()
            for arguments in [["migrate"], ["migrate", "--dry-run"]] {
                let again = try RunningServer(in: place, arguments)
                #expect(await again.end() == 0)
                #expect(again.output == "nothing to apply\n")
            }
            kill(server.id, SIGHUP)
            #expect(await server.end() == 0)
        }
    }

    @Test("A signal while the database is being made ends the start in order")
    func stopsWhileStarting() async throws {
        try await withScratchFolder { place in
            let server = try RunningServer(in: place)
            while access(place + "/data/postgres.new/PG_VERSION", F_OK) != 0 {
                try await Task.sleep(for: .milliseconds(2))
            }
            kill(server.id, SIGTERM)
            #expect(await server.end() == 0)
            #expect(access(place + "/data/postgres", F_OK) != 0)
        }
    }

    @Test("Closed standard descriptors are no danger: what is opened later never takes their place")
    func survivesClosedDescriptors() async throws {
        try await withScratchFolder { place in
            let server = try RunningServer(
                in: place,
                ["serve"],
                through: ["/bin/sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"]
            )
            let id = server.id
            while PostmasterFile(of: place + "/data/postgres")?.status != .ready {
                try await Task.sleep(for: .milliseconds(5))
            }
            for descriptor in 0...2 {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/fd/\(descriptor)")
                #expect(target == "/dev/null")
            }
            kill(id, SIGTERM)
            #expect(await server.end() == 0)
        }
    }
}

/// The program as a process of its own, on free ports, with nothing of the test's environment but PATH.
final class RunningServer: Sendable {
    private let process: Process
    private let place: String
    private let log: String

    var id: pid_t { process.processIdentifier }
    var output: String { (try? String(contentsOfFile: log + ".out", encoding: .utf8)) ?? "" }

    init(
        in place: String,
        _ arguments: [String] = ["serve"],
        _ settings: [String: String] = [:],
        through shell: [String] = []
    ) throws {
        self.place = place
        log = "\(place)/\(UUID().uuidString)"
        let words = shell + [try Self.program()] + arguments
        process = Process()
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        let standard = [
            "PATH": "/usr/bin:/bin", "PORTERO_DATA_DIR": place + "/data", "PORTERO_LISTEN": "127.0.0.1:0",
            "PORTERO_LISTEN_USUARIOS": "off", "PORTERO_METRICS": "off", "PORTERO_LOG_FORMAT": "json",
        ]
        process.environment = standard.merging(settings) { $1 }
        for (name, set) in [("out", \Process.standardOutput), ("err", \Process.standardError)] {
            _ = FileManager.default.createFile(atPath: "\(log).\(name)", contents: nil)
            process[keyPath: set] = FileHandle(forWritingAtPath: "\(log).\(name)")
        }
        try process.run()
    }

    /// Where its main listener is, once it is ready.
    func port() throws -> UInt16 {
        guard let port = output.firstMatch(of: /"listen":"127\.0\.0\.1:(\d+)"/).flatMap({ UInt16($0.1) }) else {
            throw Failure(.failed, "no address in: \(output)")
        }
        return port
    }

    /// Waits for the line that says so.
    func ready() async throws {
        while try !text("out").contains("portero ready") {
            guard process.isRunning else { throw Failure(.failed, "it ended: \(complaints())") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Its exit code, or the number of the signal that ended it.
    func end() async -> Int32 {
        while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
        return process.terminationStatus
    }

    func complaints() -> String {
        (try? text("err")) ?? ""
    }

    private func text(_ stream: String) throws -> String {
        String(decoding: try wholeFile("\(log).\(stream)", atMost: 1_048_576), as: UTF8.self)
    }

    /// Built beside the tests.
    private static func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return parentFolder(of: tests) + "/portero"
    }
}
