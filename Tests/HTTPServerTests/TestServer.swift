import HTTP
import HTTPServer
import Reactor
import Support
import Synchronization

/// What a server under test has done, for the test to ask.
final class Journal: Sendable {
    struct Entry: Sendable, Equatable {
        var method: Method?
        var path: String
        var status: Int
        var bytes: Int
        var client: String
        var id: String
    }

    private let handled = Mutex<[String]>([])
    private let reported = Mutex<[Entry]>([])

    /// The paths of the requests that reached the handler.
    var handledPaths: [String] { handled.withLock { $0 } }
    /// What was given to the log.
    var entries: [Entry] { reported.withLock { $0 } }

    func handle(_ request: Request) {
        handled.withLock { $0.append(request.path) }
    }

    func report(_ record: AccessRecord) {
        let entry = Entry(
            method: record.method,
            path: record.path,
            status: record.status,
            bytes: record.bytes,
            client: "\(record.client)",
            id: record.id.text
        )
        reported.withLock { $0.append(entry) }
    }
}

/// A listener, on the loop of the test that uses it.
struct TestServer {
    let loop: EventLoop
    let listener: Listener
    let journal: Journal

    var port: UInt16 { listener.boundAddress.port }

    func connect(from origin: String? = nil) async throws -> RawClient {
        try await RawClient(to: port, from: origin, on: loop)
    }

    /// Sends bytes and takes everything that comes back until the server closes.
    func exchange(_ bytes: [UInt8]) async throws -> String {
        let client = try await connect()
        try await client.send(bytes)
        return try await client.receiveAll()
    }

    /// Waits for something that will be true soon.
    func wait(until isTrue: () async -> Bool) async throws {
        for _ in 0..<2000 {
            if await isTrue() { return }
            try await loop.sleep(for: .milliseconds(5))
        }
        throw RawClient.Failure("waited 10 seconds in vain")
    }
}

/// Serves on a free port while `body` runs; the handler echoes the body, or the path where there is none.
func withServer<Value: Sendable>(
    _ configuration: ServerConfiguration = ServerConfiguration(),
    at address: String = "127.0.0.1:0",
    respond: Listener.Responder? = nil,
    completeRefusal: Listener.RefusalCompleter? = nil,
    _ body: @escaping @Sendable (TestServer) async throws -> Value
) async throws -> Value {
    try await onLoop { loop in
        let journal = Journal()
        let listener = try Listener(
            on: loop,
            at: SocketAddress(address) ?? SocketAddress(NetworkAddress(ipv4: 0x7f00_0001), port: 0),
            configuration: configuration,
            respond: { request in
                journal.handle(request)
                if let respond { return await respond(request) }
                let echo = request.body.isEmpty ? Array(request.pathBytes) : request.body
                return Response(status: 200, contentType: .text, body: echo)
            },
            completeRefusal: completeRefusal,
            log: { journal.report($0) }
        )
        async let running: Void = listener.run()
        let server = TestServer(loop: loop, listener: listener, journal: journal)
        do {
            let value = try await body(server)
            await listener.drain(within: .milliseconds(100))
            await running
            return value
        } catch {
            await listener.drain(within: .zero)
            await running
            throw error
        }
    }
}

extension [UInt8] {
    /// One byte for each character, whose number is the byte's.
    init(latin1 text: String) {
        self = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
