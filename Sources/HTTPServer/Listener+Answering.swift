import HTTP
import Reactor

extension Listener {
    /// Has the request answered; when this returns, it has been, unless the handler waits for something.
    func handle(_ connection: Connection) {
        let received = Instant.now()
        let request = request(of: connection)
        if connection.admission.isAboutServer {
            let response = Response(status: 204, headers: [Response.Header("Allow", Method.allowed)])
            return answer(request, with: response, on: connection, received)
        }
        Task.immediate(executorPreference: loop) {
            let response = await respond(request)
            answer(request, with: response, on: connection, received)
        }
    }

    private func request(of connection: Connection) -> Request {
        let head = RequestHead(
            text: connection.head.text,
            fields: connection.head.fields,
            method: connection.admission.method,
            target: connection.head.target
        )
        return Request(
            head: head,
            body: connection.body,
            client: configuration.trustedProxies.client(behind: connection.peer, head: head),
            id: id(from: connection.head)
        )
    }

    /// The client's own, if it has one that can be used.
    private func id(from head: ParsedHead) -> RequestID {
        head.value(of: "x-request-id").flatMap { RequestID($0) } ?? ids.next()
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
        connection.hasHead = false
        send(to: connection, at: now)
        if !connection.isProcessing { resume(connection) }
    }

    /// Answers a request that no handler gets to see, and ends the connection.
    func refuse(_ connection: Connection, _ refusal: Refusal) {
        let now = Instant.now()
        let response = refusal.response
        let head = connection.hasHead ? connection.head : ParsedHead()
        let id = id(from: head)
        connection.state.answered(isLast: true, at: now)
        writer.write(response, id: id, isHead: false, .close, now: now)
        log(
            AccessRecord(
                method: Method(name: head.text.span.extracting(head.method.indices)),
                target: head.text[head.target.indices],
                status: response.status,
                bytes: response.body.count,
                microseconds: 0,
                client: connection.peer,
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
