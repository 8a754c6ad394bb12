package import Reactor

/// A loop's way to its database.
///
/// Statements of tasks on that loop are sent without a hop; other tasks may ask too.
package final class Database: Sendable {
    /// Where its connections live.
    package let loop: EventLoop
    let pool: Pool
    let configuration: DatabaseConfiguration
    private let callTimeout: Int64

    package init(_ configuration: DatabaseConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        pool = Pool(configuration, on: loop)
        callTimeout = configuration.callTimeout.wholeNanoseconds
    }

    /// Keeps the connections up until the task is cancelled, or `close()`.
    package func run() async {
        await withTaskCancellationHandler {
            await pool.run()
        } onCancel: {
            Task(executorPreference: loop) { await self.pool.close() }
        }
    }

    /// Lets what is on its way end, and closes; later calls are unavailable.
    package func close() async {
        await pool.close()
    }

    /// Runs a short statement that changes nothing; it is tried once more when its connection is lost.
    package func read(_ sql: SQL, with settings: SessionSettings? = nil) async throws(PostgresError) -> Rows {
        try await read(sql, settings, until: deadline) { await answer(to: $0, asRead: true) }
    }

    /// The same of one that may take longer than others should wait.
    ///
    /// Nothing is sent behind it. Of each kind, a quarter as many run at once as there are connections; the next ones wait.
    package func readApart(
        _ sql: SQL,
        _ kind: LongRead,
        with settings: SessionSettings? = nil
    ) async throws(PostgresError) -> Rows {
        let now = loop.now
        // Who begins later would be cut off by us, with the connection, before the server gives up.
        let latest = now + (configuration.longCallTimeout - configuration.statementTimeout)
        let purpose = Lease.Purpose.long(kind, before: latest)
        return try await read(sql, settings, until: now + configuration.longCallTimeout) { segment in
            switch await lease(for: purpose) {
            case .granted(let lease):
                defer { end(lease) }
                let outcome = await answer(to: segment, over: lease)
                // The connection went at the moment when it was lent out: nothing was sent.
                if case .failed(.unavailable) = outcome { return .again(.unavailable) }
                return outcome
            case .refused(let error):
                return .failed(error)
            }
        }
    }

    private func read(
        _ sql: SQL,
        _ settings: SessionSettings?,
        until deadline: Instant,
        _ answer: (Segment) async -> Outcome
    ) async throws(PostgresError) -> Rows {
        var segment = Segment(
            statement: sql,
            settings: settings?.statement,
            deadline: deadline,
            writes: false
        )
        var attempts = 1
        var wasLost = false
        while true {
            switch await answer(segment) {
            case .rows(let rows):
                return rows
            case .again(let error):
                guard attempts < Self.attempts else { throw error }
            case .failed(let error):
                guard error.kind == .connectionLost, !wasLost else { throw error }
                wasLost = true
                // what ended this connection is likely to end its neighbours in the next moment
                try? await loop.sleep(for: .milliseconds(20))
            }
            attempts += 1
            segment.isRepeated = true
        }
    }

    /// Runs a statement as a transaction of its own, which is never sent a second time if it may have taken effect.
    package func write(_ sql: SQL, with settings: SessionSettings? = nil) async throws(PostgresError) -> Rows {
        var segment = Segment(statement: sql, settings: settings?.statement, deadline: deadline)
        var attempts = 1
        while true {
            switch await answer(to: segment, asRead: false) {
            case .rows(let rows):
                return rows
            case .again(let error):
                guard attempts < Self.attempts else { throw error }
            case .failed(let error):
                throw error
            }
            attempts += 1
            segment.isRepeated = true
        }
    }

    /// How often a statement is sent, as long as it was not executed.
    private static let attempts = 3

    /// Whether the database answers, for a health check.
    package func ready() async throws(PostgresError) {
        _ = try await read("SELECT 1")
    }

    /// The payloads of a channel's notifications, from now on and across lost connections.
    ///
    /// An empty one comes whenever listening has begun, at first and after each reconnection: what was notified before
    /// that may have been missed. Who reads slowly loses the oldest.
    package func notifications(on channel: String) -> AsyncStream<String> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1024)) { subscriber in
            Task(executorPreference: loop) { await self.pool.subscribe(subscriber, to: channel) }
        }
    }

    var deadline: Instant {
        Instant(nanoseconds: loop.now.nanoseconds + callTimeout)
    }

    private func answer(to segment: Segment, asRead: Bool) async -> Outcome {
        await withUnsafeContinuation { answer in
            if loop.isCurrent {
                pool.assumeIsolated { asRead ? $0.read(segment, answer: answer) : $0.write(segment, answer: answer) }
            } else {
                Task(executorPreference: loop) {
                    await asRead ? self.pool.read(segment, answer: answer) : self.pool.write(segment, answer: answer)
                }
            }
        }
    }
}

/// Reads that may take long, by how long.
package enum LongRead: Sendable {
    /// Tens of milliseconds.
    case list
    /// Perhaps seconds: no list waits for one.
    case report
}
