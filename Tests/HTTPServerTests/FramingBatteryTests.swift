import HTTP
import HTTPServer
import Support
import Testing

@Suite("Framing, over a socket")
struct FramingBatteryTests {
    /// Behind every vector: if it is ever run, two readers of the same bytes would disagree.
    private static let second = Array("GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)

    @Test(
        "What is malformed is refused as it should be, the connection closes, and nothing behind it is run",
        arguments: refusedVectors
    )
    func refuses(_ vector: Vector) async throws {
        try await withServer { server in
            let text = try await server.exchange(vector.bytes + Self.second)
            let (answer, size) = try #require(Answer.parse(Array(text.utf8), toHead: false))
            #expect(vector.statuses.contains(answer.status))
            #expect(size == text.utf8.count, "there is more than one answer")
            #expect(answer["Connection"] == "close")
            #expect(answer["Content-Type"] == "application/problem+json; charset=utf-8")
            #expect(server.journal.handledPaths == [])
            #expect(server.journal.entries.map(\.status) == [answer.status])
        }
    }

    @Test("What is odd but right is answered, and so is what comes behind it", arguments: acceptedVectors)
    func accepts(_ vector: Vector) async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send(vector.bytes + Self.second)
            let first = try await client.answer()
            #expect(vector.statuses.contains(first.status))
            let second = try await client.answer()
            #expect(second.text == "/second")
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }

    @Test("Trailers are dropped: none becomes a header field")
    func dropsTrailers() async throws {
        let respond: Listener.Responder = { request in
            let seen = [request.header("Authorization"), request.header("Host")].map { $0 ?? "none" }
            return Response(status: 200, contentType: .text, body: Array(seen.joined(separator: " ").utf8))
        }
        try await withServer(respond: respond) { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await client.send("5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\nHost: b\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer.text == "none a")
        }
    }

    @Test("A URL as target outweighs the Host field, and leaves path and query")
    func reducesURLs() async throws {
        let respond: Listener.Responder = { request in
            let seen =
                "\(request.path) \(String(decoding: request.query.bytes, as: UTF8.self)) \(request.header("host") ?? "")"
            return Response(status: 200, contentType: .text, body: Array(seen.utf8))
        }
        try await withServer(respond: respond) { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            for (target, seen) in [
                ("http://b:81/a/b?c=d", "/a/b c=d b:81"), ("http://b?c=d", "/ c=d b"), ("http://b", "/  b"),
                ("//a/../%2f;x", "//a/../%2f;x  localhost"),
            ] {
                let answer = try await client.request("GET", target)
                #expect(answer.text == seen)
            }
        }
    }
}
