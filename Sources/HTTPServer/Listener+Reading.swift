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
        case .bytes(let count):
            var rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
            process(&rest, of: connection)
            if !rest.isEmpty, connection.state.isAnswering { connection.unread.keep(rest) }
        case .nothingYet: break
        case .end: close(connection)
        }
    }

    /// Goes on once an answer is out: first with what has been received already.
    func resume(_ connection: Connection) {
        guard connection.state.phase != .writing else { return }
        connection.source?.setInterest(.readable)
        guard !connection.unread.isEmpty, connection.state.isReading else { return }
        connection.unread.consume { process(&$0, of: connection) }
    }

    /// Takes requests off the front of `bytes`, one after the other, for as long as each is answered at once.
    private func process(_ bytes: inout UnsafeRawBufferPointer, of connection: Connection) {
        connection.isProcessing = true
        defer { connection.isProcessing = false }
        do throws(Refusal) {
            while connection.state.isReading, !bytes.isEmpty {
                switch try connection.parser.feed(&bytes) {
                case .needsMore:
                    if connection.parser.hasBegun { connection.state.headBegan(at: loop.now) }
                case .head:
                    try headEnded(on: connection, isBodyHere: !bytes.isEmpty)
                case .request:
                    connection.request.readBody(from: connection.parser)
                    connection.state.requestEnded()
                    handle(connection)
                }
            }
        } catch {
            refuse(connection, error)
        }
    }

    private func headEnded(on connection: Connection, isBodyHere: Bool) throws(Refusal) {
        try connection.request.readHead(from: connection.parser, policy)
        let awaitsBody = connection.parser.awaitsBody
        let keepsAlive = connection.request.head.keepsAlive
        connection.state.headEnded(keepsAlive: keepsAlive, awaitsBody: awaitsBody, at: loop.now)
        guard awaitsBody else { return handle(connection) }
        if connection.request.admission.expectsContinue, !isBodyHere, !connection.sendContinue() { close(connection) }
    }
}
