import Glibc
import HTTP
import HTTPServer
import Reactor
import Support
import Synchronization
import Testing

@Suite("Listener")
struct ListenerTests {
    @Test("An address that another listener has cannot be taken")
    func refusesTakenAddresses() async throws {
        _ = try await withServer { server in
            let address = server.listener.boundAddress
            #expect(throws: CannotListen.self) {
                _ = try Listener(on: server.loop, at: address) { _ in Response(status: 200) }
            }
        }
    }

    @Test("An address that is not this machine's cannot be taken")
    func refusesForeignAddresses() async throws {
        let address = try #require(SocketAddress("192.0.2.1:0"))
        _ = try await onLoop { loop in
            #expect(throws: CannotListen.self) {
                _ = try Listener(on: loop, at: address) { _ in Response(status: 200) }
            }
        }
    }

    @Test("It listens on IPv6, and knows IPv4 clients by their IPv4 address there", arguments: ["::1", "127.0.0.1"])
    func listensOnIPv6(_ client: String) async throws {
        try await withServer(at: "[::]:0") { server in
            let connection = HTTPClient(to: server.port, at: client, on: server.loop)
            let answer = try await connection.request("GET", "/six")
            #expect(answer.text == "/six")
            #expect(server.journal.entries.map(\.client) == [client])
        }
    }

    @Test("Listeners on several loops share a port that the kernel chose")
    func sharesPorts() async throws {
        let group = LoopGroup(count: 3, named: "test")
        defer { group.stop() }
        let anywhere = SocketAddress(NetworkAddress(ipv4: 0x7f00_0001), port: 0)
        var listeners: [Listener] = []
        for loop in group.loops {
            let first = listeners.first?.boundAddress
            let listener = try Listener(on: loop, at: first ?? anywhere, joins: first != nil) { _ in
                Response(status: 200, contentType: .text, body: loop.isCurrent ? Array("here".utf8) : [])
            }
            listeners.append(listener)
        }
        let address = listeners[0].boundAddress
        try await withThrowingDiscardingTaskGroup { tasks in
            for listener in listeners { tasks.addTask { await listener.run() } }
            try await onLoop { loop in
                for _ in 0..<50 {
                    let client = HTTPClient(to: address.port, on: loop)
                    let answer = try await client.request("GET", "/")
                    #expect(answer.text == "here")
                    await client.close()
                }
            }
            for listener in listeners { await listener.drain(within: .seconds(1)) }
        }
    }

    @Test("Of those who would be the first at an address at the same moment, one is at most")
    func isFirstAlone() async throws {
        try await onLoop { loop in
            var winners = 0
            for _ in 0..<20 {
                // Where no other test listens, for the port is free in between.
                let anywhere = SocketAddress(NetworkAddress(ipv4: 0x7f07_0707), port: 0)
                let address = try Listener(on: loop, at: anywhere) { _ in Response(status: 200) }.boundAddress
                let listeners = await withTaskGroup(of: Listener?.self) { tasks in
                    for _ in 0..<8 {
                        tasks.addTask { try? Listener(on: loop, at: address) { _ in Response(status: 200) } }
                    }
                    return await tasks.reduce(into: []) { if let listener = $1 { $0.append(listener) } }
                }
                #expect(listeners.count <= 1)
                winners += listeners.count
            }
            // Two that come at the very same moment may find each other in the way.
            #expect(winners > 0)
        }
    }

    @Test("It ends when its task is cancelled, and its connections with it")
    func endsWhenCancelled() async throws {
        try await onLoop { loop in
            let address = SocketAddress(NetworkAddress(ipv4: 0x7f00_0001), port: 0)
            let listener = try Listener(on: loop, at: address) { _ in Response(status: 200) }
            let running = Task { await listener.run() }
            let client = try await RawClient(to: listener.boundAddress.port, on: loop)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.answer()
            running.cancel()
            await running.value
            let isClosed = try await client.isClosed()
            #expect(isClosed)
        }
    }

    // MARK: - Draining

    @Test("Draining answers who has asked, tells them that it was the last time, and closes who has not")
    func drains() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let respond: Listener.Responder = { request in
            if request.path == "/busy" { for await _ in gate.stream {} }
            return Response(status: 200)
        }
        try await withServer(respond: respond) { server in
            let idle = try await server.connect()
            try await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await idle.answer()
            let busy = try await server.connect()
            try await busy.send("GET /busy HTTP/1.1\r\nHost: a\r\n\r\n")
            try await server.wait { server.journal.handledPaths.contains("/busy") }
            let half = try await server.connect()
            try await half.send("POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh")
            try await server.wait { await server.listener.connectionCount == 3 }

            async let drained: Void = server.listener.drain(within: .seconds(20))
            let isIdleClosed = try await idle.isClosed()
            #expect(isIdleClosed)
            gate.continuation.finish()
            try await half.send("i")
            for client in [busy, half] {
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer["Connection"] == "close")
                await client.close()
            }
            await drained
            await #expect(throws: RawClient.Failure.self) { _ = try await server.connect() }
        }
    }

    @Test("Draining answers a request that nobody has looked at yet")
    func answersWhatHasArrived() async throws {
        try await withServer { server in
            let client = try await server.connect()
            try await client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.answer()
            try await client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n")
            async let drained: Void = server.listener.drain(within: .seconds(20))
            let answer = try await client.answer()
            #expect(answer.text == "/b")
            await client.close()
            await drained
        }
    }

    @Test("Draining cuts off what is not done in time")
    func cutsOff() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let isDone = Mutex(false)
        let respond: Listener.Responder = { _ in
            for await _ in gate.stream {}
            isDone.withLock { $0 = true }
            return Response(status: 200)
        }
        try await withServer(respond: respond) { server in
            let client = try await server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await server.wait { !server.journal.handledPaths.isEmpty }
            await server.listener.drain(within: .milliseconds(20))
            let isClosed = try await client.isClosed()
            #expect(isClosed)
            gate.continuation.finish()
            try await server.wait { isDone.withLock { $0 } }
        }
    }

    // MARK: - Limits

    @Test("More connections than there may be are told so; when one closes, there is room again")
    func limitsConnections() async throws {
        var configuration = ServerConfiguration()
        configuration.connections = 3
        try await withServer(configuration) { server in
            var clients: [RawClient] = []
            for _ in 0..<3 { clients.append(try await server.connect()) }
            try await server.wait { await server.listener.connectionCount == 3 }
            let turnedAway = try await server.exchange(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            #expect(turnedAway.hasPrefix("HTTP/1.1 503 "))
            #expect(turnedAway.contains("\r\nRetry-After: 1\r\n"))
            await clients[0].close()
            try await server.wait { await server.listener.connectionCount == 2 }
            let client = HTTPClient(to: server.port, on: server.loop)
            let answer = try await client.request("GET", "/room")
            #expect(answer.text == "/room")
        }
    }

    @Test("One address has no more connections than it may; another still has its own")
    func limitsConnectionsOfOneAddress() async throws {
        var configuration = ServerConfiguration()
        configuration.connectionsPerNetwork = 2
        try await withServer(configuration) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            try await server.wait { await server.listener.connectionCount == 2 }
            let turnedAway = try await server.exchange([])
            #expect(turnedAway.hasPrefix("HTTP/1.1 503 "))
            let other = HTTPClient(to: server.port, from: "127.0.0.2", on: server.loop)
            let answer = try await other.request("GET", "/other")
            #expect(answer.text == "/other")
            await first.close()
            await second.close()
        }
    }

    @Test("A trusted proxy has as many connections as it likes")
    func doesNotLimitProxies() async throws {
        var configuration = ServerConfiguration()
        configuration.connectionsPerNetwork = 1
        configuration.trustedProxies = TrustedProxies([try #require(CIDR("127.0.0.0/8"))])
        try await withServer(configuration) { server in
            for _ in 0..<3 {
                let client = HTTPClient(to: server.port, on: server.loop)
                let answer = try await client.request("GET", "/proxied")
                #expect(answer.text == "/proxied")
            }
        }
    }

    @Test("A process without descriptors left neither ends nor spins, and accepts again when it has some")
    func survivesExhaustion() async {
        // The limit is the process's, so this has one of its own.
        await #expect(processExitsWith: .success) {
            try await withServer { server in
                // Its socket is there before the limit is; what it connects to is the kernel's queue.
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                let usual = limitDescriptors(to: 0)
                connect(client, to: server.port)
                let request = Array("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                #expect(send(client, request, request.count, 0) == request.count)
                let before = clock()
                try await server.loop.sleep(for: .milliseconds(500))
                let milliseconds = (clock() - before) * 1000 / Int(CLOCKS_PER_SEC)
                #expect(milliseconds < 250, "half a second of waiting cost \(milliseconds) ms of work")
                #expect(server.journal.handledPaths == [])
                limitDescriptors(to: usual)
                try await server.wait { server.journal.handledPaths == ["/waiting"] }
                close(client)
            }
        }
    }
}

/// Lets the process have descriptors below a number only; those that it has stay.
///
/// - Returns: the limit until now.
@discardableResult
private func limitDescriptors(to number: rlim_t) -> rlim_t {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let before = limit.rlim_cur
    limit.rlim_cur = number
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return before
}

private func connect(_ descriptor: Int32, to port: UInt16) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
