import Foundation
import Postgres
import Reactor
import Support
import Testing

/// A running server with a database and a mail folder of its own.
struct Site: Sendable {
    /// 32 bytes and more, as configuration asks for.
    static let secret = "c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g="

    let server: ServerProcess
    let database: Database
    let scratch: ScratchDatabase
    let folder: URL
    let loop: EventLoop

    var mails: MailFolder { MailFolder(in: folder) }

    @TaskLocal private static var current: Site?

    /// The site of the suite that the running test belongs to.
    static func here() throws -> Site {
        try #require(current, "the suite lacks the trait .serving()")
    }

    /// Starts a server, lends it to `body`, and sees to it that it is well at the end.
    static func serving(
        _ settings: [String: String] = [:],
        _ body: @Sendable (Site) async throws -> Void
    ) async throws {
        let loop = TestLoops.next()
        let scratch = try await ScratchDatabase.create(from: MigratedTemplate.shared.name, on: loop)
        let folder = FileManager.default.temporaryDirectory.appending(path: "portero-\(scratch.name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = DatabaseConfiguration(url: scratch.url)
        try await withDatabase(database, on: loop) { database in
            let server = try await start(settings, on: scratch, in: folder)
            let site = Site(server: server, database: database, scratch: scratch, folder: folder, loop: loop)
            do {
                try await $current.withValue(site) { try await body(site) }
            } catch {
                await server.kill()
                throw error
            }
            await site.end()
        }
        try await scratch.drop(on: loop)
    }

    /// Starts another server on a database.
    static func start(
        _ settings: [String: String] = [:],
        on scratch: ScratchDatabase,
        in folder: URL
    ) async throws -> ServerProcess {
        let standard = [
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": scratch.url,
            "PORTERO_SECRET": secret,
            "PORTERO_DATA_DIR": folder.path,
            "PORTERO_LISTEN": "127.0.0.1:0",
            "PORTERO_LISTEN_USUARIOS": "off",
            "PORTERO_METRICS": "off",
            "PORTERO_BCRYPT_COST": "10",
            "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "0",
            "PORTERO_LOG_FORMAT": "json",
        ]
        return try await ServerProcess(
            program,
            ["serve"],
            environment: standard.merging(settings) { $1 },
            in: folder.path
        )
    }

    /// Built beside the tests.
    private static var program: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "portero").path
    }

    /// Whatever was done to it, the server is alive, has met no fault of its own, and ends when it is asked to.
    private func end() async {
        let faults = server.log.filter { $0.contains(#""level":"error""#) || $0.contains(#""status":500"#) }
        #expect(faults.isEmpty, "the server met faults")
        #expect(server.isAlive, "the server has ended: \(server.log.suffix(20))")
        let status = await server.stop()
        #expect(status == 0, "the server's end: \(server.log.suffix(20))")
    }
}

/// Gives a suite a server of its own.
struct ServingTrait: SuiteTrait, TestScoping {
    let settings: [String: String]

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Site.serving(settings) { _ in try await function() }
    }
}

extension Trait where Self == ServingTrait {
    /// A server for the whole suite, with settings beside the usual ones.
    static func serving(_ settings: [String: String] = [:]) -> ServingTrait {
        ServingTrait(settings: settings)
    }
}
