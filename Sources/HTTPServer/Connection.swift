import CSystem
import Glibc
import HTTP
import Reactor

/// One client's connection: its socket, and what is half read or half written.
///
/// Owned by its listener, in whose isolation alone it is touched.
final class Connection {
    let peer: NetworkAddress
    /// Turned away for want of room, and so not counted as one.
    let isTurnedAway: Bool
    let parser: RequestParser
    var state: ConnectionState
    /// Where it stands among the listener's connections.
    var index = 0
    var source: DescriptorSource?

    var request = IncomingRequest()
    /// What came after the request and has to wait until it is answered.
    var unread = UnreadBytes()
    /// Whether requests are being taken from bytes just now, further up on the stack.
    var isProcessing = false

    private let descriptor: Int32
    private var unsent: [UInt8] = []
    private var sent = 0
    private var dropped = 0

    /// Takes the descriptor over, and closes it even when it throws.
    ///
    /// - Throws: `Refusal.outOfMemory`.
    init(
        _ descriptor: Int32,
        from peer: NetworkAddress,
        isTurnedAway: Bool,
        limits: ServerConfiguration.Limits,
        state: ConnectionState
    ) throws(Refusal) {
        do {
            parser = try RequestParser(limits: limits)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.peer = peer
        self.isTurnedAway = isTurnedAway
        self.state = state
    }

    func watch(on loop: EventLoop, _ handler: @escaping (Readiness) -> Void) {
        source = loop.watch(descriptor, for: .readable, handler)
    }

    /// Lets go of the client; what it has not taken of an answer is lost, also what the kernel would keep for it.
    func close() {
        if state.phase == .writing { dropUnsentBytes() }
        state.closed()
        source?.cancel()
        source = nil
        Glibc.close(descriptor)
    }

    /// Makes closing a reset: a client that reads nothing would keep megabytes of the kernel's memory for as long as it likes.
    private func dropUnsentBytes() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: - Receiving

    enum Received {
        case bytes(Int)
        case nothingYet
        case end
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        let count = csystem_receive(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(count) }
        return count == -Int(EAGAIN) ? .nothingYet : .end
    }

    /// Reads on after the last answer; false once there is an end to it.
    func drop(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        switch receive(into: buffer) {
        case .bytes(let count):
            dropped += count
            return dropped < 1 << 20
        case .nothingYet: return true
        case .end: return false
        }
    }

    // MARK: - Sending

    enum Sent {
        case everything
        case some
        case failed
    }

    /// Sends an answer, or begins to: what the client does not take yet is kept.
    func send(_ bytes: borrowing [UInt8]) -> Sent {
        let count = bytes.withUnsafeBytes { csystem_send(descriptor, $0.baseAddress, $0.count) }
        if count == bytes.count { return .everything }
        guard count >= 0 || count == -Int(EAGAIN) else { return .failed }
        unsent = Array(bytes[max(0, count)...])
        sent = 0
        return .some
    }

    func sendRest() -> Sent {
        let count = unsent.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            return csystem_send(descriptor, rest.baseAddress, rest.count)
        }
        guard count >= 0 || count == -Int(EAGAIN) else { return .failed }
        sent += max(0, count)
        guard sent == unsent.count else { return .some }
        unsent = []
        return .everything
    }

    /// Tells a client that waits for it to send the body; false when that fails.
    func sendContinue() -> Bool {
        let line: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
        return csystem_send(descriptor, line.utf8Start, line.utf8CodeUnitCount) == line.utf8CodeUnitCount
    }

    /// What the next answer is to say about the connection.
    var persistence: AnswerWriter.Persistence {
        guard state.keepsAlive else { return .close }
        return request.head.isVersion1_0 ? .keepAlive : .implied
    }

    /// Tells the client that nothing more will come.
    func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }
}
