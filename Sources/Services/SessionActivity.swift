import Domain
package import Storage

/// Has the last activity of sessions follow their use, at the cost of no request.
///
/// Whoever checks a session learns whether its use is to be noted; only then is it entered here, and what was entered is
/// written every few seconds, for many sessions at once. While the database cannot be written to, what was noted stays,
/// up to a limit; beyond it, the next use is noted instead.
///
/// Each event loop has its own, which lives on it.
package actor SessionActivity {
    /// Between writes.
    private static let interval = Duration.seconds(2)
    /// How many sessions may wait to be written: some 200 KB, and two thousand new ones each second.
    private static let limit = 4096
    /// As many as one statement writes, which holds them until it is done.
    private static let batch = 256

    private nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let sessions: SessionRepository
    /// Nanoseconds on the monotonic clock.
    private let uptime: @Sendable () -> Int64
    private let pause: @Sendable (Duration) async throws -> Void
    /// When each was used last, by `uptime`.
    private var noted: [SessionID: Int64] = [:]

    package init(
        on executor: any SerialExecutor,
        _ sessions: SessionRepository,
        uptime: @escaping @Sendable () -> Int64,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.executor = executor
        self.sessions = sessions
        self.uptime = uptime
        self.pause = pause
    }

    /// Notes that a session is used now.
    ///
    /// To be called on the loop.
    nonisolated func note(_ session: SessionID) {
        assumeIsolated { $0.take(session) }
    }

    private func take(_ session: SessionID) {
        guard noted.count < Self.limit || noted[session] != nil else { return }
        noted[session] = uptime()
    }

    /// Writes what is noted until its task is cancelled, and then what is left.
    package func run() async {
        while !Task.isCancelled {
            try? await pause(Self.interval)
            await write()
        }
    }

    /// Writes what is noted, batch by batch, as far as the database takes it.
    private func write() async {
        while !noted.isEmpty {
            let now = uptime()
            let taken = Array(noted.prefix(Self.batch))
            do {
                try await sessions.note(
                    taken.map { SessionUse($0.key, millisecondsAgo: Int((now - $0.value) / 1_000_000)) }
                )
            } catch {
                // Out of reach for the moment: it keeps until then.
                return
            }
            for (session, _) in taken { noted[session] = nil }
        }
    }
}
