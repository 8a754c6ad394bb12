import Synchronization

/// Counts requests in windows that begin with a sender's first request: so many a minute, and so many an hour.
///
/// One for the whole process, so that it is exact however many event loops there are. A window ends as a whole, so twice
/// its allowance may pass around its end, never more. Memory is bounded: whoever's hour is over is forgotten, nobody else
/// is; when there is no room left, newcomers share allowances.
package final class WindowLimiter: Sendable {
    package let perMinute: Int
    package let perHour: Int
    private let shards: [Shard]
    private let seed = UInt64.random(in: .min ... .max)

    /// - Parameters:
    ///   - perMinute: requests; 0 turns this window off, as it does the other.
    ///   - perHour: requests.
    ///   - capacity: senders that are kept apart at once; each takes up to 48 bytes.
    package init(perMinute: Int, perHour: Int, capacity: Int = 1 << 20) {
        self.perMinute = perMinute
        self.perHour = perHour
        // A little more room than a fair share, for senders do not spread evenly.
        let share = max(1, capacity / Self.shardCount * 9 / 8)
        shards = (0..<Self.shardCount).map { _ in Shard(capacity: share) }
    }

    private static let shardCount = 64

    /// Counts a request at `now` (nanoseconds on a monotonic clock); one that is refused costs nothing.
    package func count(_ key: some Hashable, at now: Int64) -> Allowance {
        var hasher = Hasher()
        hasher.combine(seed)
        hasher.combine(key)
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        let shard = shards[Int(hash % UInt64(shards.count))]
        let tick = WindowCounts.tick(at: now)
        return shard.senders.withLock { senders in
            let slot = senders.slot(for: hash, at: tick, capacity: shard.capacity)
            // Who shared a place while there was no room goes on from there: nobody over the limit starts afresh.
            var counts =
                senders.counts[slot] ?? senders.counts[Senders.sharedSlot(of: hash)]
                ?? WindowCounts(beginningAt: tick)
            counts.renew(at: tick)
            let isAdmitted =
                (perMinute == 0 || counts.inMinute < perMinute) && (perHour == 0 || counts.inHour < perHour)
            if isAdmitted { counts.note() }
            senders.counts[slot] = counts
            return Allowance(
                isAdmitted: isAdmitted,
                minute: counts.minuteWindow(of: perMinute, at: tick),
                hour: counts.hourWindow(of: perHour, at: tick)
            )
        }
    }

    /// How many senders are remembered.
    package var count: Int { shards.reduce(0) { $0 + $1.senders.withLock { $0.counts.count } } }

    /// How many bytes their tables take; of a table's places, a quarter at least is empty.
    package var footprint: Int {
        shards.reduce(0) { sum, shard in
            sum + shard.senders.withLock { $0.counts.capacity } * 4 / 3
                * (MemoryLayout<UInt64>.stride + MemoryLayout<WindowCounts>.stride)
        }
    }

    private final class Shard: Sendable {
        let capacity: Int
        let senders = Mutex(Senders())

        init(capacity: Int) {
            self.capacity = capacity
        }
    }
}

/// What a sender may still do.
package struct Allowance: Sendable {
    package struct Window: Sendable {
        package let limit: Int
        package let remaining: Int
        /// Whole seconds, rounded up.
        package let secondsToReset: Int
    }

    package let isAdmitted: Bool
    /// Nil for a window that is off.
    package let minute: Window?
    package let hour: Window?

    /// After how many seconds the next request may pass.
    package var retryAfter: Int {
        [minute, hour].compactMap(\.self).filter { $0.remaining == 0 }.map(\.secondsToReset).max() ?? 1
    }
}

/// The senders of one shard.
private struct Senders {
    var counts: [UInt64: WindowCounts] = [:]
    private var sweepAt = 1024
    private var sweptAt: UInt32 = 0

    /// The sender's own place, or, when there is no room for another, one of a few that strangers share.
    ///
    /// A sweep forgets those whose hour is over. It comes when their number has doubled, so newcomers have paid for it; in
    /// a full shard, once a minute.
    mutating func slot(for key: UInt64, at tick: UInt32, capacity: Int) -> UInt64 {
        guard counts[key] == nil, counts.count >= min(sweepAt, capacity) else { return key }
        if counts.count < capacity || tick &- sweptAt >= WindowCounts.minute {
            counts = counts.filter { !$0.value.isOver(at: tick) }
            sweepAt = max(1024, counts.count * 2)
            sweptAt = tick
        }
        return counts.count < capacity ? key : Self.sharedSlot(of: key)
    }

    /// By other bits than those that choose the shard.
    static func sharedSlot(of key: UInt64) -> UInt64 { key >> 58 }
}
