import Reactor

/// A place in the pool: a connection that is made again whenever it is lost.
///
/// Belongs to the pool, and with it to one loop.
final class Connection {
    private let target: ConnectionTarget
    /// Its place in the pool.
    private let slot: Int
    private let loop: EventLoop
    private let patience: Duration
    private let onEvent: @Sendable (DatabaseEvent) -> Void
    private let onReady: (Pipeline) -> Void
    /// Called when a connection that was up is no more.
    private let onLoss: () -> Void

    /// The live connection, nil while there is none.
    private(set) var pipeline: Pipeline?
    private var connector: Connector?
    private var retry: ScheduledTimer?
    private var backoff = Backoff()
    private var firstHost = 0
    private var silentHosts = 0
    private var isClosed = false

    /// Counts leases; a transaction whose number is not the current one has lost its connection.
    private(set) var lease = 0
    private(set) var isLeased = false

    init(
        to target: ConnectionTarget,
        slot: Int,
        on loop: EventLoop,
        patience: Duration,
        onEvent: @escaping @Sendable (DatabaseEvent) -> Void,
        onReady: @escaping (Pipeline) -> Void,
        onLoss: @escaping () -> Void
    ) {
        self.target = target
        self.slot = slot
        self.loop = loop
        self.patience = patience
        self.onEvent = onEvent
        self.onReady = onReady
        self.onLoss = onLoss
    }

    deinit { retry?.cancel() }

    /// Begins to connect, and never stops trying until `close()`.
    func open() {
        guard !isClosed, connector == nil, pipeline == nil else { return }
        connector = Connector(to: target, startingAt: firstHost, on: loop, patience: patience) { [unowned self] in
            conclude($0)
        }
    }

    func close() {
        isClosed = true
        retry?.cancel()
        connector?.cancel()
        connector = nil
        pipeline?.lose("closed")
        pipeline = nil
    }

    /// Whether something is on its way or may still come.
    var isBusy: Bool { pipeline.map { isLeased || $0.inFlight > 0 } ?? false }

    // MARK: - Leases

    func takeLease(for purpose: Lease.Purpose) -> Lease {
        isLeased = true
        return Lease(slot: slot, number: lease, purpose: purpose)
    }

    func endLease() {
        isLeased = false
        lease += 1
    }

    // MARK: - Coming and going

    private func conclude(_ outcome: Connector.Outcome) {
        connector = nil
        switch outcome {
        case .connected(let handle):
            let host = handle.host
            let opened = Pipeline(handle, on: loop) { [unowned self] in lost(host: host, reason: $0) }
            guard let opened else { return failed(reason: "libpq refuses the pipeline mode") }
            pipeline = opened
            backoff.reset()
            silentHosts = 0
            onEvent(.connected(host: host))
            onReady(opened)
        case .failed(let reason):
            silentHosts = 0
            failed(reason: reason)
        case .timedOut(let host, let reason):
            firstHost = (host + 1) % max(1, target.hosts.count)
            silentHosts += 1
            if silentHosts >= target.hosts.count { silentHosts = 0 }
            failed(reason: reason, isUrgent: silentHosts > 0)
        }
    }

    private func failed(reason: String, isUrgent: Bool = false) {
        onEvent(.cannotConnect(reason: reason))
        tryAgain(after: isUrgent ? .zero : backoff.next())
    }

    private func lost(host: String, reason: String) {
        pipeline = nil
        endLease()
        guard !isClosed else { return }
        onEvent(.lost(host: host, reason: reason))
        tryAgain(after: backoff.next())
        onLoss()
    }

    private func tryAgain(after delay: Duration) {
        guard !isClosed else { return }
        retry = loop.schedule(after: delay) { [unowned self] in open() }
    }
}
