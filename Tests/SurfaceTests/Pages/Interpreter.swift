import Foundation
import Support
import Testing

/// What runs the programs of a page.
enum Interpreter: Sendable {
    case bash
    case node
    case python

    struct Ending: Sendable {
        let status: Int32
        let output: String

        /// The last line, as JSON.
        var json: JSONText? {
            output.split(separator: "\n").last.flatMap { JSONText(Array($0.utf8)) }
        }
    }

    /// Runs a program in the folder of a site.
    func run(_ program: String, at site: Site, environment: [String: String] = [:]) async throws -> Ending {
        let folder = site.folder.appending(path: "example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        // Where Node looks for what is imported.
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "node_modules"),
            withDestinationURL: Self.standIns
        )
        let (source, log) = (folder.appending(path: "example\(ending)"), folder.appending(path: "output"))
        try program.write(to: source, atomically: true, encoding: .utf8)
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(
            filePath: try #require(paths.first { FileManager.default.isExecutableFile(atPath: $0) })
        )
        process.arguments = [source.path]
        process.environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": Self.standIns.path, "PYTHONDONTWRITEBYTECODE": "1",
        ].merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try output.close()
        return Ending(
            status: process.terminationStatus,
            output: try String(contentsOf: log, encoding: .utf8)
        )
    }

    private static let standIns = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Support/stand-ins").standardized

    private var ending: String {
        switch self {
        case .bash: ".sh"
        case .node: ".mjs"
        case .python: ".py"
        }
    }

    private var paths: [String] {
        switch self {
        case .bash: ["/bin/bash", "/usr/bin/bash"]
        case .node: ["/usr/bin/node", "/usr/local/bin/node", "/usr/bin/nodejs"]
        case .python: ["/usr/bin/python3", "/usr/local/bin/python3"]
        }
    }
}

extension Interpreter {
    /// What curl got.
    struct Reply: Sendable {
        let output: String
        let status: Int?
        let body: String

        var json: JSONText? { JSONText(Array(body.utf8)) }
    }

    /// Types an example that calls curl into a shell.
    static func type(_ example: String, at site: Site, environment: [String: String]) async throws -> Reply {
        let ending = try await bash.run(
            "set -euo pipefail\ncurl() { command curl -w '\\n%{http_code}\\n' \"$@\"; }\n" + example,
            at: site,
            environment: environment
        )
        #expect(ending.status == 0, "\(ending.output)")
        let lines = ending.output.split(separator: "\n")
        return Reply(
            output: ending.output,
            status: lines.last.flatMap { Int($0) },
            body: lines.dropLast().joined()
        )
    }
}
