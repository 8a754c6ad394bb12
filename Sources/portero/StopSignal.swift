import Glibc
import Reactor

/// The wish that the program ends: raised once, by SIGTERM or SIGINT.
actor StopSignal {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let loop: EventLoop
    private(set) var isRaised = false
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var lastWaiter = 0

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Raises the signal on what the process is sent; the second time, ends the process at once.
    ///
    /// To be called on the loop.
    nonisolated func follow(_ signals: Signals, on loop: EventLoop) {
        signals.forward(on: loop) { [self] number in
            assumeIsolated { stop in
                if stop.isRaised { _exit(128 + number) }
                stop.raise()
            }
        }
    }

    func raise() {
        isRaised = true
        let released = waiting.values
        waiting = [:]
        released.forEach { $0.resume() }
    }

    /// Returns once the signal is raised, or the task is cancelled.
    func wait() async {
        lastWaiter += 1
        let waiter = lastWaiter
        await withTaskCancellationHandler {
            guard !isRaised, !Task.isCancelled else { return }
            await withCheckedContinuation { waiting[waiter] = $0 }
        } onCancel: {
            Task(executorPreference: loop) { await self.release(waiter) }
        }
    }

    /// Runs `body`, cancelled as soon as the signal is raised.
    ///
    /// - Returns: nil where that kept `body` from finishing.
    nonisolated func interrupting<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.wait()
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            return try? await group.next() ?? nil
        }
    }

    private func release(_ waiter: Int) {
        waiting.removeValue(forKey: waiter)?.resume()
    }
}
