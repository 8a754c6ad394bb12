import HTTP
import HTTPServer
import Reactor
import Support
import Synchronization
import Testing

@Suite("Connections")
struct ConnectionTests {
    @Test("Fifty requests sent at once are answered in order")
    func answersPipelinedRequests() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send((0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for index in 0..<50 {
                let answer = try await client.answer()
                #expect(answer.text == "/\(index)")
            }
        }
    }

    @Test("Fifty requests sent at once are handled one at a time, also when each has to wait")
    func handlesOneAtATime() async throws {
        let atOnce = Mutex((now: 0, most: 0))
        let respond: Listener.Responder = { request in
            atOnce.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<3 { await Task.yield() }
            atOnce.withLock { $0.now -= 1 }
            return Response(status: 200, contentType: .text, body: Array(request.pathBytes))
        }
        try await withServer(respond: respond) { server in
            let client = try await server.connect()
            let requests = (0..<50).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" }
            try await client.send(requests.joined())
            for index in 0..<50 {
                let answer = try await client.answer()
                #expect(answer.text == "/\(index)")
            }
        }
        #expect(atOnce.withLock { $0.most } == 1)
    }

    @Test("Whoever sends hundreds of requests at once lets others have their turn")
    func sharesTheLoop() async throws {
        let paths = try await withServer { server in
            let crowd = try await server.connect()
            let single = try await server.connect()
            try await crowd.send((0..<500).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            try await single.send("GET /single HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await single.answer().text == "/single")
            for index in 0..<500 {
                let answer = try await crowd.answer()
                #expect(answer.text == "/\(index)")
            }
            return server.journal.handledPaths
        }
        let place = paths.firstIndex(of: "/single")
        #expect(place.map { $0 < 100 } == true, "it was number \(String(describing: place)) of \(paths.count)")
    }

    @Test("A request may arrive byte by byte")
    func readsByteByByte() async throws {
        try await withServer { server in
            let client = try await server.connect()
            for byte in "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8 {
                try await client.send([byte])
                try await server.loop.sleep(for: .milliseconds(1))
            }
            let answer = try await client.answer()
            #expect(answer.text == "hello")
        }
    }

    @Test("A connection serves one request after the other, with bodies and without")
    func keepsConnections() async throws {
        try await withServer { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            for index in 0..<20 {
                let empty = try await client.request("GET", "/\(index)")
                #expect(empty.text == "/\(index)")
                #expect(empty["Connection"] == nil)
                let full = try await client.request("POST", "/", body: "body \(index)")
                #expect(full.text == "body \(index)")
            }
        }
    }

    @Test("HEAD is told the length of the body that it does not get")
    func answersHEAD() async throws {
        try await withServer { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request("HEAD", "/twelve-bytes")
            #expect(answer["Content-Length"] == "13")
            #expect(answer.body.isEmpty)
            let next = try await client.request("GET", "/next")
            #expect(next.text == "/next")
        }
    }

    @Test("A HEAD that is refused has no body either")
    func refusesHEAD() async throws {
        try await withServer { server in
            let text = try await server.exchange(Array("HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n".utf8))
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            #expect(text.hasSuffix("\r\n\r\n"))
            #expect(!text.contains("\r\nContent-Length: 0\r\n"))
        }
    }

    @Test("204 and 304 have neither body nor length", arguments: [204, 304])
    func answersWithoutBodies(_ status: Int) async throws {
        try await withServer(respond: { _ in Response(status: status, body: Array("dropped".utf8)) }) { server in
            let client = HTTPClient(to: server.port, on: server.loop)
            for _ in 0..<2 {
                let answer = try await client.request("GET", "/")
                #expect(answer.status == status)
                #expect(answer["Content-Length"] == nil)
            }
        }
    }

    @Test("A client that waits for it is told to send the body")
    func continues() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            let interim = try await client.answer()
            #expect(interim.status == 100)
            try await client.send("hello")
            let answer = try await client.answer()
            #expect(answer.text == "hello")
        }
    }

    @Test("A client that asks for it is left after the answer, and so is one of HTTP/1.0")
    func closesWhenAsked() async throws {
        try await withServer { server in
            for request in [
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
            ] {
                let client = try await server.connect()
                try await client.send(request)
                let answer = try await client.answer()
                #expect(answer["Connection"] == "close")
                let isClosed = try await client.isClosed()
                #expect(isClosed)
            }
        }
    }

    @Test("A client of HTTP/1.0 that asks to stay is told that it may")
    func keepsVersion1_0() async throws {
        try await withServer { server in
            let client = try await server.connect()
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer["Connection"] == "keep-alive")
            }
        }
    }

    @Test("A client that sends on after a refusal still gets to read it")
    func drainsAfterRefusals() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 500_000))
            let answer = try await client.answer()
            #expect(answer.status == 413)
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }

    @Test("A client that reads slowly gets all of a large answer, and holds up nobody else")
    func writesLargeAnswers() async throws {
        let large = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        let respond: Listener.Responder = { request in
            Response(status: 200, contentType: .text, body: request.path == "/large" ? large : Array("small".utf8))
        }
        try await withServer(respond: respond) { server in
            let slow = try await server.connect()
            try await slow.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /small HTTP/1.1\r\nHost: a\r\n\r\n")
            let quick = HTTPClient(to: server.port, on: server.loop)
            for _ in 0..<10 {
                let answer = try await quick.request("GET", "/")
                #expect(answer.text == "small")
            }
            // The slow client's second request is not even looked at while its first answer is stuck.
            #expect(server.journal.handledPaths.filter { $0 == "/small" }.isEmpty)
            let first = try await slow.answer()
            #expect(first.body == large)
            let second = try await slow.answer()
            #expect(second.text == "small")
        }
    }

    @Test("The handler of a client that has left finishes, and its answer goes nowhere")
    func finishesForNobody() async throws {
        let finished = Mutex(0)
        let respond: Listener.Responder = { _ in
            try? await Task.sleep(for: .milliseconds(100))
            finished.withLock { $0 += 1 }
            return Response(status: 200)
        }
        try await withServer(respond: respond) { server in
            for leave in [{ await $0.reset() }, { await $0.close() }, { await $0.endSending() }]
                as [@Sendable (RawClient) async -> Void]
            {
                let client = try await server.connect()
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
                let count = server.journal.handledPaths.count
                try await server.wait { server.journal.handledPaths.count > count }
                await leave(client)
            }
            try await server.wait { finished.withLock { $0 } == 3 }
            #expect(server.journal.entries.count == 3)
        }
    }

    @Test("A client that ends its sending after the request still gets the answer")
    func answersHalfClosed() async throws {
        let respond: Listener.Responder = { _ in
            try? await Task.sleep(for: .milliseconds(20))
            return Response(status: 200, contentType: .text, body: Array("late".utf8))
        }
        try await withServer(respond: respond) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await client.endSending()
            let answer = try await client.answer()
            #expect(answer.text == "late")
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }

    @Test("Clients that break off at any point leave the server and its connections as they were")
    func survivesDisconnects() async throws {
        try await withServer { server in
            let request = Array(
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".utf8
            )
            for length in 0...request.count {
                let client = try await server.connect()
                try await client.send(Array(request[..<length]))
                if length % 2 == 0 { await client.reset() } else { await client.close() }
            }
            try await server.wait { await server.listener.connectionCount == 0 }
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request("GET", "/alive")
            #expect(answer.text == "/alive")
        }
    }
}
