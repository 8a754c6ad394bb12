import HTTP
import Reactor

extension Listener {
    private static let requestsInOneTurn = 16

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
        guard connection.unread.isEmpty else { return resume(connection) }
        switch connection.receive(into: buffer.bytes) {
        case .bytes(let count):
            var rest = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
            process(&rest, of: connection)
            guard !rest.isEmpty else { return }
            if connection.state.isAnswering || connection.state.isReading { connection.unread.keep(rest) }
            if connection.state.isReading { resumeLater(connection) }
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
        if !connection.unread.isEmpty, connection.state.isReading { resumeLater(connection) }
    }

    /// Goes on after everybody else has had their turn.
    private func resumeLater(_ connection: Connection) {
        connection.source?.setInterest([])
        loop.schedule(after: .zero) { [self] in resume(connection) }
    }

    /// Takes requests off the front of `bytes`, one after the other, for as long as each is answered at once; but not so
    /// many that others have to wait.
    private func process(_ bytes: inout UnsafeRawBufferPointer, of connection: Connection) {
        connection.isProcessing = true
        defer { connection.isProcessing = false }
        var handled = 0
        do throws(Refusal) {
            while connection.state.isReading, !bytes.isEmpty, handled < Self.requestsInOneTurn {
                switch try connection.parser.feed(&bytes) {
                case .needsMore:
                    if connection.parser.hasBegun { connection.state.headBegan(at: loop.now) }
                case .head:
                    handled += 1
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
