import Foundation
import Postgres
import Support
import Testing

/// A running server with a database and a folder of its own.
struct Site: Sendable {
    /// 32 bytes and more, as configuration asks for.
    static let secret = "c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g="

    let server: ServerProcess
    let premises: Premises

    var database: Database { premises.database }
    var scratch: ScratchDatabase { premises.scratch }
    var folder: URL { premises.folder }
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
        try await Premises.lend { premises in
            let server = try await premises.start(settings)
            let site = Site(server: server, premises: premises)
            do {
                try await $current.withValue(site) { try await body(site) }
            } catch {
                await server.kill()
                throw error
            }
            try await site.end()
        }
    }

    /// Starts another server on the same database.
    func startAnother(_ settings: [String: String] = [:]) async throws -> ServerProcess {
        try await premises.start(settings)
    }

    /// Whatever was done to it, the server is alive, has met no fault of its own, and ends when it is asked to.
    private func end() async throws {
        let contradictions = try await database.texts("SELECT what FROM testing.contradictions")
        #expect(contradictions == [])
        let faults = server.log.filter { $0.contains(#""level":"error""#) || $0.contains(#""status":500"#) }
        #expect(faults.isEmpty, "the server met faults")
        #expect(server.isAlive, "the server has ended: \(server.log.suffix(20))")
        let status = await server.stop()
        #expect(status == 0, "the server's end: \(server.log.suffix(20))")
    }
}
