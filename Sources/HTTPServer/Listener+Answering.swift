import HTTP
import Reactor

extension Listener {
    /// Has the request answered; nothing more is read until it is.
    ///
    /// The task prefers this loop, so that also what it starts on its way (child tasks, unpinned actors) stays here.
    func handle(_ connection: Connection) {
        let received = Instant.now()
        let incoming = connection.request
        let request = incoming.request(
            from: { configuration.trustedProxies.client(behind: connection.peer, head: $0) },
            id: incoming.head.requestID ?? ids.next()
        )
        Task.immediate(executorPreference: loop) {
            let response = await respond(request)
            answer(request, with: response, on: connection, received)
        }
    }

    private func answer(
        _ request: Request,
        with response: Response,
        on connection: Connection,
        _ received: Instant
    ) {
        let now = Instant.now()
        log(
            AccessRecord(
                method: request.method,
                target: request.pathBytes,
                status: response.status,
                bytes: response.body.count,
                microseconds: Int((now.nanoseconds - received.nanoseconds) / 1000),
                client: request.client,
                id: request.id
            )
        )
        guard connection.state.phase == .handling else { return }  // the client has left
        connection.state.answered(isLast: isDraining, at: now)
        writer.write(
            response,
            id: request.id,
            isHead: request.method == .head,
            connection.persistence,
            now: now
        )
        connection.parser.reset()
        connection.request.finish()
        send(to: connection, at: now)
        if !connection.isProcessing { resume(connection) }
    }

    /// Answers a request that no handler gets to see, and ends the connection.
    func refuse(_ connection: Connection, _ refusal: Refusal) {
        let now = Instant.now()
        let head = connection.request.knownHead ?? ParsedHead(begunBy: connection.parser)
        let method = Method(name: head.text.span.extracting(head.method.indices))
        let accepted = head.value(of: "accept-language")
        let known = RequestHead(text: head.text, fields: head.fields, method: method ?? .get, target: head.target)
        let client = configuration.trustedProxies.client(behind: connection.peer, head: known)
        var response = refusal.response(in: Language.negotiated(accepted, default: configuration.language))
        completeRefusal?(&response, UnreadableRequest(refusal.unreadable, head: known, from: client))
        let id = head.requestID ?? ids.next()
        connection.state.answered(isLast: true, at: now)
        writer.write(response, id: id, isHead: method == .head, .close, now: now)
        log(
            AccessRecord(
                method: method,
                target: head.text[head.target.indices],
                status: response.status,
                bytes: response.body.count,
                microseconds: 0,
                client: client,
                id: id
            )
        )
        send(to: connection, at: now)
    }

    private func send(to connection: Connection, at now: Instant) {
        follow(connection.send(writer.bytes), on: connection, at: now)
    }

    func sendRest(to connection: Connection) {
        follow(connection.sendRest(), on: connection, at: .now())
        resume(connection)
    }

    private func follow(_ outcome: Connection.Sent, on connection: Connection, at now: Instant) {
        switch outcome {
        case .everything:
            connection.state.written(at: now)
            if connection.state.phase == .lingering { connection.endSending() }
        case .some: connection.source?.setInterest(.writable)
        case .failed: close(connection)
        }
    }
}
