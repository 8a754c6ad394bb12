import HTTP
import HTTPServer
import Reactor
import Support
import Testing

@Suite("Deadlines, over a socket")
struct DeadlineTests {
    private static let short: ServerConfiguration = {
        var configuration = ServerConfiguration()
        configuration.deadlines.head = .seconds(3)  // long enough to begin in, on a busy machine
        configuration.deadlines.body = .milliseconds(50)
        configuration.deadlines.writing = .milliseconds(50)
        configuration.deadlines.keepAlive = .milliseconds(50)
        return configuration
    }()

    @Test(
        "Who begins a request and does not end it is told so, and left",
        arguments: [
            "G", "GET / HTTP/1.1\r\nHost: a\r\n", "\r\n\r\nGET",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n",
        ]
    )
    func refusesTheSlow(_ beginning: String) async throws {
        try await withServer(Self.short) { server in
            let client = try await server.connect()
            try await client.send(beginning)
            let answer = try await client.answer()
            #expect(answer.status == 408)
            #expect(answer["Connection"] == "close")
            let isClosed = try await client.isClosed()
            #expect(isClosed)
            #expect(server.journal.handledPaths == [])
        }
    }

    @Test("Who drips a head byte by byte has no more time than who stops")
    func refusesDrips() async throws {
        try await withServer(Self.short) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nX: ")
            let drip = Task(executorPreference: server.loop) {
                while !Task.isCancelled {
                    try await client.send("y")
                    try await server.loop.sleep(for: .milliseconds(10))
                }
            }
            let answer = try await client.answer()
            #expect(answer.status == 408)
            drip.cancel()
        }
    }

    @Test("Who says nothing is left without a word, at first and between requests", arguments: ["", "\r\n", "request"])
    func leavesTheSilent(_ beginning: String) async throws {
        try await withServer(Self.short) { server in
            let client = try await server.connect()
            if beginning == "request" {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.answer()
            } else {
                try await client.send(beginning)
            }
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }

    @Test("Who does not read an answer is left")
    func leavesWhoDoesNotRead() async throws {
        let large = [UInt8](repeating: 0x61, count: 20_000_000)
        try await withServer(Self.short, respond: { _ in Response(status: 200, body: large) }) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await server.wait { server.journal.entries.count == 1 }
            try await server.wait { await server.listener.connectionCount == 0 }
        }
    }

    @Test("A handler has all the time it needs")
    func waitsForHandlers() async throws {
        let respond: Listener.Responder = { _ in
            try? await Task.sleep(for: .milliseconds(1200))
            return Response(status: 200)
        }
        try await withServer(Self.short, respond: respond) { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request("GET", "/")
            #expect(answer.status == 200)
        }
    }
}
