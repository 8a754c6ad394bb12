import Reactor

/// The connection on which notifications arrive, and who wants them.
///
/// Belongs to the pool, which makes it when somebody first asks.
final class Listener {
    typealias Subscriber = AsyncStream<String>.Continuation

    var connection: Connection?
    private var subscribers: [String: [Int: Subscriber]] = [:]
    private var lastNumber = 0

    var channels: [String] { Array(subscribers.keys) }

    func close() {
        connection?.close()
        for subscriber in subscribers.values.flatMap(\.values) { subscriber.finish() }
        subscribers = [:]
    }

    /// Answers the subscription's number.
    func add(_ subscriber: Subscriber, to channel: String) -> Int {
        lastNumber += 1
        subscribers[channel, default: [:]][lastNumber] = subscriber
        return lastNumber
    }

    /// Answers whether nobody listens to the channel any more.
    func remove(_ number: Int, from channel: String) -> Bool {
        subscribers[channel]?[number] = nil
        guard subscribers[channel]?.isEmpty == true else { return false }
        subscribers[channel] = nil
        return true
    }

    func deliver(_ payload: String, on channel: String) {
        for subscriber in (subscribers[channel] ?? [:]).values { subscriber.yield(payload) }
    }
}

extension Pool {
    func subscribe(_ subscriber: Listener.Subscriber, to channel: String) {
        guard phase == .new || phase == .open else { return subscriber.finish() }
        let listener = self.listener ?? makeListener()
        let number = listener.add(subscriber, to: channel)
        subscriber.onTermination = { [weak self, loop] _ in
            Task(executorPreference: loop) { await self?.unsubscribe(number, from: channel) }
        }
        Task(executorPreference: loop) { await self.listen(to: channel) }
    }

    private func unsubscribe(_ number: Int, from channel: String) async {
        guard let listener, listener.remove(number, from: channel) else { return }
        var sql: SQL = "UNLISTEN "
        sql.append(identifier: channel)
        _ = await carriesOut(sql)
    }

    private func makeListener() -> Listener {
        let listener = Listener()
        self.listener = listener
        guard let target = configuration.target else { return listener }
        listener.connection = Connection(
            to: target,
            slot: -1,
            on: loop,
            patience: target.connectTimeout ?? configuration.connectTimeout,
            onEvent: configuration.onEvent,
            onReady: { [unowned self] pipeline in
                pipeline.onNotification = { [unowned self] in self.listener?.deliver($1, on: $0) }
                listenToAll()
            },
            onLoss: {}
        )
        if phase == .open { listener.connection?.open() }
        return listener
    }

    private func listenToAll() {
        for channel in listener?.channels ?? [] {
            Task(executorPreference: loop) { await self.listen(to: channel) }
        }
    }

    /// Once the server listens, everybody on the channel gets an empty payload: before, something may have been missed.
    private func listen(to channel: String) async {
        var sql: SQL = "LISTEN "
        sql.append(identifier: channel)
        guard await carriesOut(sql) else { return }
        listener?.deliver("", on: channel)
    }

    /// Runs a command on the listening connection; when it is down, connecting says everything again.
    private func carriesOut(_ sql: SQL) async -> Bool {
        guard let pipeline = listener?.connection?.pipeline else { return false }
        let segment = Segment(statement: sql, deadline: .now() + configuration.callTimeout)
        let outcome = await withUnsafeContinuation { pipeline.send(segment, answer: $0) }
        guard case .rows = outcome else { return false }
        return true
    }
}
