import Postgres
import Reactor

/// Tells the log how one loop's database fares: once when it is gone, once in a while, and once when it is back.
actor DatabaseWatch {
    private static let pause = Duration.seconds(10)

    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let loop: EventLoop
    private let log: Log
    private var goneSince: Instant?
    private var lastReport = Instant(nanoseconds: .min)

    init(_ log: Log, on loop: EventLoop) {
        self.log = log
        self.loop = loop
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// To be called on the loop.
    nonisolated func note(_ event: DatabaseEvent) {
        assumeIsolated { $0.take(event) }
    }

    private func take(_ event: DatabaseEvent) {
        switch event {
        case .connected(let host):
            log.event(.debug, "database connected") { $0.field("host", host) }
            guard let since = goneSince else { return }
            goneSince = nil
            let seconds = Int((loop.now - since).components.seconds)
            log.event(.info, "database back") { $0.field("after_s", seconds) }
        case .lost(let host, let reason):
            log.event(.debug, "database connection lost") {
                $0.field("host", host)
                $0.field("reason", reason)
            }
        case .cannotConnect(let reason):
            goneSince = goneSince ?? loop.now
            guard lastReport.nanoseconds == .min || loop.now - lastReport >= Self.pause else { return }
            lastReport = loop.now
            log.event(.warning, "database out of reach") { $0.field("reason", reason) }
        }
    }
}
