import Glibc
package import Reactor

/// A TCP client that sends what it is told, byte by byte if need be, and shows what comes back.
///
/// It lives on an event loop and waits without holding it, so that it may share it with the server that it speaks to. Every
/// wait has an end: a server that does not answer fails the test instead of stopping it.
package actor RawClient {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    private nonisolated let loop: EventLoop
    private let patience: Duration
    private var descriptor: Int32
    private var source: DescriptorSource?
    private var waiting: CheckedContinuation<Bool, Never>?
    /// Received, and not asked for yet.
    private var received: [UInt8] = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Connects to a port on this machine.
    ///
    /// - Parameters:
    ///   - port: where to connect to.
    ///   - address: this machine's, as the server knows it; IPv4, or `::1`.
    ///   - origin: the IPv4 address to come from: 127.0.0.2 and so on are different clients.
    ///   - loop: where the client lives.
    ///   - patience: how long any wait may take.
    /// - Throws: `Failure`, as all its functions do.
    package init(
        to port: UInt16,
        at address: String = "127.0.0.1",
        from origin: String? = nil,
        on loop: EventLoop,
        patience: Duration = .seconds(20)
    ) async throws {
        self.loop = loop
        self.patience = patience
        let family = address.contains(":") ? AF_INET6 : AF_INET
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("no socket: errno \(errno)") }
        if let origin { _ = withSocketAddress(origin, 0) { bind(descriptor, $0, $1) } }
        let failed = withSocketAddress(address, port) { connect(descriptor, $0, $1) } != 0
        guard !failed || errno == EINPROGRESS else { throw Failure("cannot connect: errno \(errno)") }
        try await connected()
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    // MARK: - Sending

    package func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try await wait(for: .writable)
            } else {
                throw Failure("cannot send: errno \(errno)")
            }
        }
    }

    /// Ends the sending direction only.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    // MARK: - Receiving

    /// What has arrived, at least one byte, or nothing once the server has closed or reset the connection.
    package func receive() async throws -> [UInt8] {
        if received.isEmpty { received = try await receiveMore() }
        defer { received = [] }
        return received
    }

    /// Everything up to the server's closing.
    package func receiveAll() async throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try await receive()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    /// Whether the server closes the connection without another word.
    package func isClosed() async throws -> Bool {
        try await receive().isEmpty
    }

    /// The next answer; interim ones (100) are answers too, and one to a HEAD has no body whatever its length says.
    package func answer(toHead: Bool = false) async throws -> Answer {
        while true {
            if let (answer, size) = Answer.parse(received, toHead: toHead) {
                received.removeFirst(size)
                return answer
            }
            let more = try await receiveMore()
            guard !more.isEmpty else {
                let text = String(decoding: received, as: UTF8.self)
                throw Failure("the connection closed within an answer: \(text.debugDescription)")
            }
            received += more
        }
    }

    // MARK: - Closing

    package func close() {
        source?.cancel()
        source = nil
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Ends the connection as a crash does: with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    // MARK: - Waiting

    private func connected() async throws {
        try await wait(for: .writable)
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size)
        guard failure == 0 else { throw Failure("cannot connect: errno \(failure)") }
    }

    private func receiveMore() async throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            if errno == ECONNRESET { return [] }
            guard errno == EAGAIN else { throw Failure("cannot receive: errno \(errno)") }
            try await wait(for: .readable)
        }
    }

    private func wait(for readiness: Readiness) async throws {
        if let source {
            source.setInterest(readiness)
        } else {
            source = loop.watch(descriptor, for: readiness) { [self] _ in wake(true) }
        }
        let timer = loop.schedule(after: patience) { [self] in wake(false) }
        let isReady = await withCheckedContinuation { waiting = $0 }
        timer.cancel()
        source?.cancel()
        source = nil
        guard isReady else { throw Failure("waited \(patience) in vain") }
    }

    private func wake(_ isReady: Bool) {
        waiting?.resume(returning: isReady)
        waiting = nil
    }
}

/// Lends the C form of a textual address.
private func withSocketAddress<Value>(
    _ text: String,
    _ port: UInt16,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
    if text.contains(":") {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        inet_pton(AF_INET6, text, &address.sin6_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
