package import Reactor

/// A well-behaved HTTP client: one request at a time, over a connection that it keeps as long as the server does.
package actor HTTPClient {
    private nonisolated let loop: EventLoop
    private let port: UInt16
    private let address: String
    private let origin: String?
    private let patience: Duration
    private var connection: RawClient?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Connects when the first request is made.
    ///
    /// - Parameters:
    ///   - port: where to connect to, on this machine.
    ///   - address: this machine's, as the server knows it.
    ///   - origin: the IPv4 address to come from: 127.0.0.2 and so on are different clients.
    ///   - loop: where the client lives.
    ///   - patience: how long any wait may take.
    package init(
        to port: UInt16,
        at address: String = "127.0.0.1",
        from origin: String? = nil,
        on loop: EventLoop,
        patience: Duration = .seconds(20)
    ) {
        self.port = port
        self.address = address
        self.origin = origin
        self.loop = loop
        self.patience = patience
    }

    /// Sends a request and waits for its answer.
    ///
    /// `Host` and `Content-Length` are added where they are missing, and `Content-Type: application/json` where there is
    /// a body and `headers` has none.
    package func request(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: String = ""
    ) async throws -> Answer {
        let given = Set(headers.map { $0.name.lowercased() })
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if !given.contains("host") { text += "Host: localhost\r\n" }
        if !body.isEmpty, !given.contains("content-type") { text += "Content-Type: application/json\r\n" }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method), !given.contains("content-length") {
            text += "Content-Length: \(body.utf8.count)\r\n"
        }
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        let connection = try await openConnection()
        try await connection.send(text + "\r\n" + body)
        let answer = try await connection.answer(toHead: method == "HEAD")
        if answer["Connection"]?.lowercased() == "close" { await close() }
        return answer
    }

    package func close() async {
        await connection?.close()
        connection = nil
    }

    private func openConnection() async throws -> RawClient {
        if let connection { return connection }
        let opened = try await RawClient(to: port, at: address, from: origin, on: loop, patience: patience)
        connection = opened
        return opened
    }
}
