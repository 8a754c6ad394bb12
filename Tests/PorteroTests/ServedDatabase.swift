import Foundation
import Reactor
import Support
import Synchronization

@testable import portero

/// A database, a server on it, and Ana, who is the Admin of its default organization.
struct ServedDatabase: Sendable {
    static let password = "Cripta-Sombra-42"

    let place: String
    let url: String
    let settings: [String: String]
    private let loop: EventLoop
    private let servers: Succession

    private var server: RunningServer { servers.current }

    static func lend(
        _ settings: [String: String] = [:],
        _ body: @escaping @Sendable (ServedDatabase) async throws -> Void
    ) async throws {
        try await withScratchDatabase { scratch, loop in
            try await withScratchFolder { place in
                let standard = [
                    "DATABASE_URL": scratch.url, "PORTERO_SECRET": goodSecret, "PORTERO_BCRYPT_COST": "10",
                    "PORTERO_AUTH_RATE_LIMIT_PER_MINUTE": "0", "PORTERO_ADMIN_PASSWORD": password,
                ]
                let settings = standard.merging(settings) { $1 }.filter { !$0.value.isEmpty }
                let server = try RunningServer(in: place, ["serve"], settings)
                try await server.ready()
                let site = ServedDatabase(
                    place: place,
                    url: scratch.url,
                    settings: settings,
                    loop: loop,
                    servers: Succession(server)
                )
                _ = try await site.command("admin create --email ana@example.com --name Ana")
                try await body(site)
                try await site.stop()
            }
        }
    }

    /// Ends the server and starts another one in its place.
    func restart() async throws {
        try await stop()
        let successor = try RunningServer(in: place, ["serve"], settings)
        try await successor.ready()
        servers.current = successor
    }

    private func stop() async throws {
        kill(server.id, SIGTERM)
        guard await server.end() == 0 else { throw Failure(.failed, "the server's end: \(server.complaints())") }
    }

    /// Runs one command of the program beside the server.
    @discardableResult
    func command(_ line: String) async throws -> (status: Int32, output: String, complaints: String) {
        let process = try RunningServer(in: place, line.split(separator: " ").map(String.init), settings)
        return (await process.end(), process.output, process.complaints())
    }

    func ask(
        _ method: String,
        _ path: String,
        token: String? = nil,
        at host: String = "localhost",
        _ body: JSONText = .object([:])
    ) async throws -> Answer {
        let client = HTTPClient(to: try server.port(), on: loop)
        let answer = try await client.request(
            method,
            path,
            headers: [("Host", host)] + (token.map { [("Authorization", "Bearer \($0)")] } ?? []),
            body: method == "GET" ? "" : body.text
        )
        await client.close()
        return answer
    }

    func logIn(_ password: String = password) async throws -> Answer {
        try await ask("POST", "/auth/login", ["email": "ana@example.com", "password": .string(password)])
    }

    /// The status of the answer to Ana, who logs in at a contract that knows no organization.
    func track(at host: String) async throws -> Int {
        let body: JSONText = ["email": "ana@example.com", "password": .string(Self.password)]
        return try await ask("POST", "/login", at: host, body).status
    }

    /// The status of the answer to who shows this token.
    func me(_ token: String) async throws -> Int {
        try await ask("GET", "/auth/me", token: token).status
    }
}

extension Answer {
    /// A field of its JSON that is a text; empty where there is none.
    func field(_ name: String) -> String {
        JSONText(body)?[name]?.string ?? ""
    }
}

/// The server that runs now; one test at a time changes it.
private final class Succession: Sendable {
    private let server: Mutex<RunningServer>

    var current: RunningServer {
        get { server.withLock { $0 } }
        set { server.withLock { $0 = newValue } }
    }

    init(_ server: RunningServer) {
        self.server = Mutex(server)
    }
}
