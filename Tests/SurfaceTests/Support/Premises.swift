import Foundation
import Postgres
import Support

/// Where servers run: a database and a folder, made for a test and gone after it.
struct Premises: Sendable {
    let database: Database
    let scratch: ScratchDatabase
    let folder: URL

    static func lend(_ body: @Sendable (Premises) async throws -> Void) async throws {
        let loop = TestLoops.next()
        let scratch = try await ScratchDatabase.create(from: MigratedTemplate.shared.name, on: loop)
        let folder = FileManager.default.temporaryDirectory.appending(path: "portero-\(scratch.name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // A test may hold a transaction open, for which the other tests of its suite wait.
        var configuration = DatabaseConfiguration.patient(scratch.url)
        configuration.connections = 2
        try await withDatabase(configuration, on: loop) { database in
            try await body(Premises(database: database, scratch: scratch, folder: folder))
        }
        try await scratch.drop(on: loop)
    }

    /// Starts a server.
    func start(_ settings: [String: String] = [:]) async throws -> ServerProcess {
        let usual = [
            "PATH": "/usr/bin:/bin",
            "DATABASE_URL": scratch.url,
            "PORTERO_SECRET": Site.secret,
            "PORTERO_DATA_DIR": folder.path,
            "PORTERO_LISTEN": "127.0.0.1:0",
            "PORTERO_LISTEN_USUARIOS": "off",
            "PORTERO_METRICS": "off",
            "PORTERO_BCRYPT_COST": "10",
            "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "0",
            "PORTERO_LOG_FORMAT": "json",
        ]
        return try await ServerProcess(
            Self.program,
            ["serve"],
            environment: usual.merging(settings) { $1 },
            in: folder.path
        )
    }

    /// Built beside the tests, unless `TEST_PROGRAM` names another one, such as a release.
    private static var program: String {
        if let program = ProcessInfo.processInfo.environment["TEST_PROGRAM"] { return program }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "portero").path
    }
}
