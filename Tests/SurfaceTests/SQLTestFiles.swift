import Foundation
import Migrations
import Postgres
import Support
import Testing

/// The tests that are written in SQL, since they are about what SQL may do: sql/tests.
@Suite("Tests in SQL", .timeLimit(.minutes(10)))
struct SQLTestFiles {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../sql/tests").standardized

    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".sql") }.sorted()
    }()

    @Test("There are such tests")
    func some() {
        #expect(Self.files.count >= 6)
    }

    @Test("Every file passes in a database of its own", arguments: files)
    func passes(file: String) async throws {
        try await withScratchDatabase(from: MigratedTemplate.shared.name) { scratch, _ in
            let (status, output) = try await Self.psql(scratch.url, Self.folder.appending(path: file))
            #expect(status == 0, "\(output)")
        }
    }

    @Test("A token counts on a standby as well, where nothing can be written")
    func standby() async throws {
        try await ScratchCluster.with { primary in
            try await ScratchCluster.with(port: 5433, standbyOf: primary) { standby in
                try await Migrator(migrations: Migrations.all, url: primary.url, on: TestLoops.next()).apply()
                let (status, output) = try await Self.psql(
                    primary.url,
                    Self.folder.appending(path: "support/primary.sql")
                )
                let token = try #require(output.split(separator: "\n").last, "\(output)")
                #expect(status == 0, "\(output)")
                _ = try await eventually("the standby to know the token") {
                    let file = Self.folder.appending(path: "support/standby.sql")
                    return try await Self.psql(standby.url, file, ["-v", "token=\(token)"]).status == 0 ? true : nil
                }
            }
        }
    }

    private static func psql(
        _ url: String,
        _ file: URL,
        _ options: [String] = []
    ) async throws -> (status: Int32, output: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "portero-psql-\(UUID()).log")
        try Data().write(to: log)
        defer { try? FileManager.default.removeItem(at: log) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", file.path] + options
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try output.close()
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }
}
