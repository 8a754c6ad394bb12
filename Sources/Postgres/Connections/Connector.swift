import CLibPQ
import Reactor

/// Opens one connection without holding the loop.
///
/// libpq leaves watching the clock to its caller, so a host that does not answer is given up here.
final class Connector {
    enum Outcome {
        case connected(Handle)
        case failed(reason: String)
        /// The host that was being tried, by its place in the URL, gave no answer in time.
        case timedOut(Int, reason: String)
    }

    private let loop: EventLoop
    private let target: ConnectionTarget
    private let patience: Duration
    private let completion: (Outcome) -> Void
    private var resolution: HostResolution?
    private var handle: Handle?
    private var source: DescriptorSource?
    private var timer: ScheduledTimer?
    private var host = ""

    /// Connects to the first of the target's hosts that lets us in, trying that at `first` first.
    init(
        to target: ConnectionTarget,
        startingAt first: Int,
        on loop: EventLoop,
        patience: Duration,
        completion: @escaping (Outcome) -> Void
    ) {
        self.loop = loop
        self.target = target
        self.patience = patience
        self.completion = completion
        let hosts = target.hosts.isEmpty ? [] : target.hosts[first...] + target.hosts[..<first]
        setTimer()
        resolution = HostResolution(of: Array(hosts), on: loop) { [unowned self] in connect(to: $0) }
    }

    deinit { stop() }

    /// Gives up without a word.
    func cancel() {
        stop()
        handle = nil
    }

    private func connect(to hosts: [Host]) {
        resolution = nil
        guard !hosts.isEmpty || target.hosts.isEmpty else {
            let names = target.hosts.map(\.name).joined(separator: ", ")
            return finish(.failed(reason: "no address is known for \(names)"))
        }
        guard let handle = Handle(connectingWith: target.connectionParameters(for: hosts)) else {
            return finish(.failed(reason: "out of memory"))
        }
        guard !handle.isBroken else { return finish(.failed(reason: handle.lastError)) }
        self.handle = handle
        wait(for: .writable, handle)
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
        guard handle.host != host else { return }
        host = handle.host
        setTimer()
    }

    /// Each host has its time anew.
    private func setTimer() {
        timer?.cancel()
        timer = loop.schedule(after: patience) { [unowned self] in giveUp() }
    }

    private func giveUp() {
        guard let handle else { return finish(.timedOut(0, reason: "looking up hosts takes too long")) }
        let place = target.hosts.firstIndex {
            $0.name == handle.hostName && ($0.port.isEmpty || $0.port == handle.port)
        }
        finish(.timedOut(place ?? 0, reason: "\(host) gives no answer"))
    }

    private func finish(_ outcome: Outcome) {
        stop()
        handle = nil
        completion(outcome)
    }

    private func stop() {
        resolution?.cancel()
        resolution = nil
        source?.cancel()
        source = nil
        timer?.cancel()
        timer = nil
    }
}
