import CLibPQ
import Reactor

/// Opens one connection without holding the loop.
///
/// libpq leaves watching the clock to its caller, so a host that does not answer is given up here.
final class Connector {
    enum Outcome {
        case connected(Handle)
        case failed(reason: String)
        /// The host that was being tried gave no answer in time.
        case timedOut(host: String)
    }

    private let loop: EventLoop
    private let patience: Duration
    private let completion: (Outcome) -> Void
    private var handle: Handle?
    private var source: DescriptorSource?
    private var timer: ScheduledTimer?
    private var host = ""

    init(on loop: EventLoop, patience: Duration, completion: @escaping (Outcome) -> Void) {
        self.loop = loop
        self.patience = patience
        self.completion = completion
    }

    deinit { stop() }

    func start(with parameters: [ConnectionTarget.Parameter]) {
        guard let handle = Handle(connectingWith: parameters) else { return finish(.failed(reason: "out of memory")) }
        guard !handle.isBroken else { return finish(.failed(reason: handle.lastError)) }
        self.handle = handle
        wait(for: .writable, handle)
    }

    /// Gives up without a word.
    func cancel() {
        stop()
        handle = nil
    }

    private func advance() {
        guard let handle else { return }
        // the descriptor may be another one afterwards, even under the same number
        source?.cancel()
        source = nil
        switch PQconnectPoll(handle.pointer) {
        case PGRES_POLLING_OK: finish(.connected(handle))
        case PGRES_POLLING_READING: wait(for: .readable, handle)
        case PGRES_POLLING_WRITING: wait(for: .writable, handle)
        default: finish(.failed(reason: handle.lastError))
        }
    }

    private func wait(for interest: Readiness, _ handle: Handle) {
        let descriptor = PQsocket(handle.pointer)
        guard descriptor >= 0 else { return finish(.failed(reason: handle.lastError)) }
        source = loop.watch(descriptor, for: interest) { [unowned self] _ in advance() }
        let current = handle.host
        guard current != host || timer == nil else { return }
        host = current
        timer?.cancel()
        timer = loop.schedule(after: patience) { [unowned self] in finish(.timedOut(host: host)) }
    }

    private func finish(_ outcome: Outcome) {
        stop()
        handle = nil
        completion(outcome)
    }

    private func stop() {
        source?.cancel()
        source = nil
        timer?.cancel()
        timer = nil
    }
}
