import CSystem
import Glibc
import Reactor

/// A process whose end the loop notices by itself.
///
/// Owns the descriptor that stands for the process, so a signal never reaches another one that got its id.
actor WatchedProcess {
    enum End: Equatable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case killed(Int32)
        /// It was no child of ours, so nobody told us.
        case unknown

        var description: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .killed(let number): "signal \(number)"
            case .unknown: "unknown reason"
            }
        }
    }

    nonisolated let unownedExecutor: UnownedSerialExecutor
    nonisolated let id: pid_t
    private let descriptor: Int32
    private unowned let loop: EventLoop
    private(set) var end: End?
    private var source: DescriptorSource?
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Starts a process; to be called on the loop, whose thread's end the process does not survive where asked.
    static func start(_ order: ProcessOrder, on loop: EventLoop) async throws(Failure) -> WatchedProcess {
        try await watch(try order.start(), on: loop)
    }

    /// Watches a process that runs already.
    static func watch(_ id: pid_t, on loop: EventLoop) async throws(Failure) -> WatchedProcess {
        let descriptor = cprocess_watch(id)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "process \(id) cannot be watched: \(SystemFailure(-descriptor).reason)")
        }
        let process = WatchedProcess(id, descriptor, on: loop)
        await process.begin()
        return process
    }

    private init(_ id: pid_t, _ descriptor: Int32, on loop: EventLoop) {
        self.id = id
        self.descriptor = descriptor
        self.loop = loop
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    deinit { close(descriptor) }

    /// Sends a signal; without effect once the process has ended.
    func signal(_ number: Int32) {
        if end == nil { _ = cprocess_signal(descriptor, number) }
    }

    /// Waits for the end, whether or not the task is cancelled, but no longer than `limit` or until `abandon()`.
    func waitForEnd(atMost limit: Duration? = nil) async -> End? {
        guard end == nil else { return end }
        let timer = limit.map { limit in
            loop.schedule(after: limit) { [self] in assumeIsolated { $0.abandon() } }
        }
        await withCheckedContinuation { waiting.append($0) }
        timer?.cancel()
        return end
    }

    private func begin() {
        source = loop.watch(descriptor, for: .readable) { [self] _ in
            assumeIsolated { $0.collect() }
        }
    }

    private func collect() {
        var status: Int32 = 0
        let collected = cprocess_collect(id, &status)
        guard collected != 0 else { return }
        if collected < 0 {
            end = .unknown
        } else {
            let number = status & 0x7f
            end = number == 0 ? .exited((status >> 8) & 0xff) : .killed(number)
        }
        source?.cancel()
        source = nil
        abandon()
    }

    /// Lets everybody who waits go on.
    func abandon() {
        let released = waiting
        waiting = []
        released.forEach { $0.resume() }
    }
}
