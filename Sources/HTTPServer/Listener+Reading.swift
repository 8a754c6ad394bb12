import HTTP
import Reactor

extension Listener {
    func react(to readiness: Readiness, of connection: Connection) {
        switch connection.state.phase {
        case .fresh, .idle, .head, .body:
            receive(from: connection)
        case .handling:
            // Nothing is read before the answer is out. A client that is gone is noticed all the same.
            if readiness.isDisjoint(with: .failed) {
                connection.source?.setInterest([])
            } else {
                close(connection)
            }
        case .writing:
            sendRest(to: connection)
        case .lingering:
            if !connection.drop(into: buffer.bytes) { close(connection) }
        case .closed:
            break
        }
    }

    private func receive(from connection: Connection) {
        switch connection.receive(into: buffer.bytes) {
        case .bytes(let count): process(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]), of: connection)
        case .nothingYet: break
        case .end: close(connection)
        }
    }

    /// Takes requests from `bytes`, one after the other, for as long as each is answered at once; keeps the rest.
    func process(_ bytes: UnsafeRawBufferPointer, of connection: Connection) {
        connection.isProcessing = true
        defer { connection.isProcessing = false }
        var rest = bytes
        do throws(Refusal) {
            while connection.state.isReading, !rest.isEmpty {
                switch try connection.parser.feed(&rest) {
                case .needsMore:
                    if connection.parser.hasBegun { connection.state.headBegan(at: loop.now) }
                case .head:
                    try headEnded(on: connection, isBodyHere: !rest.isEmpty)
                case .request:
                    connection.parser.read(into: &connection.body)
                    connection.state.requestEnded()
                    handle(connection)
                }
            }
        } catch {
            return refuse(connection, error)
        }
        switch connection.state.phase {
        case .handling, .writing: connection.unread.append(contentsOf: rest)
        default: break
        }
    }

    private func headEnded(on connection: Connection, isBodyHere: Bool) throws(Refusal) {
        connection.parser.read(into: &connection.head)
        connection.hasHead = true
        let admission = try policy.admit(&connection.head)
        connection.admission = admission
        let awaitsBody = connection.parser.awaitsBody
        connection.state.headEnded(keepsAlive: connection.head.keepsAlive, awaitsBody: awaitsBody, at: loop.now)
        guard awaitsBody else {
            connection.body.removeAll(keepingCapacity: true)
            return handle(connection)
        }
        if admission.expectsContinue, !isBodyHere, !connection.sendContinue() { close(connection) }
    }

    /// Goes on once an answer is out: first with what has been read already.
    func resume(_ connection: Connection) {
        guard connection.state.phase != .writing else { return }
        connection.source?.setInterest(.readable)
        guard !connection.unread.isEmpty, connection.state.isReading else { return }
        let unread = connection.unread
        connection.unread = []
        unread.withUnsafeBytes { process($0, of: connection) }
    }
}
