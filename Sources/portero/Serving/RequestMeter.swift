import HTTPServer
import Reactor

/// Counts the requests of one event loop.
actor RequestMeter {
    /// Upper bounds in microseconds; what is slower than the last is counted beyond them.
    static let bounds = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000]

    struct Counts: Sendable {
        /// By the status's first digit.
        var byClass = [Int](repeating: 0, count: 6)
        /// By the first bound that is not exceeded; the last one has none.
        var byDuration = [Int](repeating: 0, count: bounds.count + 1)
        var microseconds = 0

        static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                byClass: zip(left.byClass, right.byClass).map { $0 &+ $1 },
                byDuration: zip(left.byDuration, right.byDuration).map { $0 &+ $1 },
                microseconds: left.microseconds &+ right.microseconds
            )
        }
    }

    nonisolated let unownedExecutor: UnownedSerialExecutor
    private(set) var counts = Counts()

    init(on loop: EventLoop) {
        unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// To be called on the loop.
    nonisolated func note(_ record: AccessRecord) {
        assumeIsolated { $0.count(status: record.status, microseconds: record.microseconds) }
    }

    private func count(status: Int, microseconds: Int) {
        counts.byClass[min(max(status / 100, 0), 5)] &+= 1
        counts.byDuration[Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count] &+= 1
        counts.microseconds &+= max(0, microseconds)
    }
}
