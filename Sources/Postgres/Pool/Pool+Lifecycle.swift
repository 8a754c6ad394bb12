import Reactor

extension Pool {
    /// Keeps the connections up until `close()`.
    func run() async {
        open()
        await untilClosed()
    }

    private func open() {
        guard phase == .new else { return }
        phase = .open
        guard let target = configuration.target else {
            return configuration.onEvent(.cannotConnect(reason: "the URL is no PostgreSQL connection URI"))
        }
        adopt((0..<max(1, configuration.connections)).map { connection(to: target, slot: $0) })
        connections.forEach { $0.open() }
        listener?.connection?.open()
    }

    private func connection(to target: ConnectionTarget, slot: Int) -> Connection {
        Connection(
            to: target,
            slot: slot,
            on: loop,
            patience: target.connectTimeout ?? configuration.connectTimeout,
            onEvent: configuration.onEvent,
            onReady: { [unowned self] pipeline in
                pipeline.onWritten = { [unowned self] in serveWaiting() }
                serveWaiting()
            },
            onLoss: { [unowned self] in finishIfIdle() }
        )
    }

    private func untilClosed() async {
        guard phase != .closed else { return }
        await withUnsafeContinuation { whenClosed.append($0) }
    }

    /// Takes no more calls, lets those that are on their way end, and closes.
    func close() async {
        if phase != .closed { phase = .closing }
        for entry in waiting.takeAll() { entry.fail(.unavailable) }
        for connection in connections {
            connection.pipeline?.onIdle = { [unowned self] in finishIfIdle() }
        }
        let patience = loop.schedule(after: configuration.callTimeout) { [unowned self] in finish() }
        finishIfIdle()
        await untilClosed()
        patience.cancel()
    }

    /// Closes if that was asked for and nothing is on its way.
    func finishIfIdle() {
        guard phase == .closing, !connections.contains(where: \.isBusy) else { return }
        finish()
    }

    private func finish() {
        guard phase != .closed else { return }
        phase = .closed
        waiting.timer?.cancel()
        connections.forEach { $0.close() }
        listener?.close()
        listener = nil
        for waiter in whenClosed { waiter.resume() }
        whenClosed = []
    }
}

extension DatabaseConfiguration {
    /// Nil when libpq cannot read the URL.
    var target: ConnectionTarget? {
        func milliseconds(_ duration: Duration) -> String { "\(duration.wholeNanoseconds / 1_000_000)" }
        var options: [ConnectionTarget.Parameter] = [
            .init(name: "statement_timeout", value: milliseconds(statementTimeout)),
            .init(name: "lock_timeout", value: milliseconds(lockTimeout)),
            .init(name: "idle_in_transaction_session_timeout", value: milliseconds(idleInTransactionTimeout)),
            .init(name: "timezone", value: "UTC"),
        ]
        if let role { options.append(.init(name: "role", value: role)) }
        return ConnectionTarget(url: url, parameters: ConnectionTarget.defaults, options: options)
    }
}

extension ConnectionTarget {
    /// What every connection of ours starts with, as far as the URL does not say otherwise.
    static let defaults: [Parameter] = [
        .init(name: "application_name", value: "portero"),
        .init(name: "client_encoding", value: "UTF8"),
        .init(name: "keepalives_idle", value: "5"),
        .init(name: "keepalives_interval", value: "2"),
        .init(name: "keepalives_count", value: "2"),
        .init(name: "target_session_attrs", value: "read-write"),
        .init(name: "tcp_user_timeout", value: "3000"),
    ]
}
