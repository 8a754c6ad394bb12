import Glibc
import Synchronization

extension EventLoop {
    /// Waits on this loop without holding it.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        let sleeper = Sleeper(on: self)
        try await withTaskCancellationHandler {
            try await sleeper.sleep(for: duration)
        } onCancel: {
            Task(executorPreference: self) { await sleeper.wake() }
        }
    }

    /// Runs `body` to its end on a loop of its own, whose thread is the calling one.
    ///
    /// The way from a program's `main` into asynchronous code.
    package static func runToCompletion<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = EventLoop()
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        Task(executorPreference: loop) {
            let result: Result<Value, any Error>
            do { result = .success(try await body(loop)) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            loop.stop()
        }
        loop.run()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("the loop was stopped from outside before its work was done")
        }
        return try result.get()
    }
}

/// One sleep: whichever comes first, the timer or the cancellation, ends it.
private actor Sleeper {
    private let loop: EventLoop
    private var continuation: CheckedContinuation<Void, any Error>?
    private var timer: ScheduledTimer?
    private var isCancelled = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func sleep(for duration: Duration) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            guard !isCancelled else { return continuation.resume(throwing: CancellationError()) }
            self.continuation = continuation
            timer = loop.schedule(after: duration) { [self] in
                assumeIsolated { $0.end(.success(())) }
            }
        }
    }

    func wake() {
        isCancelled = true
        timer?.cancel()
        end(.failure(CancellationError()))
    }

    private func end(_ result: Result<Void, any Error>) {
        continuation?.resume(with: result)
        continuation = nil
        timer = nil
    }
}
