import Synchronization

/// Counts requests by where they came from, and says when there were too many.
///
/// One for the whole process, so that a limit is exact however many event loops there are. Each key has one number: the
/// time at which its allowance will be whole again (the generic cell rate algorithm). `limit` requests pass at once, then
/// one every `period / limit`. The numbers are spread over shards, each behind a lock that is held for a look-up only.
package final class AddressLimiter: Sendable {
    private let shards: [Shard]
    private let limit: Int
    private let period: Int64
    private let hasherSeed = UInt64.random(in: .min ... .max)

    /// - Parameters:
    ///   - limit: Requests in one period; 0 lets everything through.
    ///   - period: In nanoseconds.
    ///   - capacity: Keys that are kept apart at once. Beyond it, keys share allowances: memory is bounded, and nobody who
    ///     is over the limit gets a fresh start.
    package init(limit: Int, period: Int64, capacity: Int = 1 << 20) {
        self.limit = limit
        self.period = period
        let shardCount = 64
        shards = (0..<shardCount).map { _ in Shard(capacity: capacity / shardCount) }
    }

    /// Counts a request at `now` (nanoseconds on a monotonic clock).
    ///
    /// - Returns: Nil when it may pass, else how many nanoseconds until the next one may.
    package func admit(_ key: some Hashable, at now: Int64) -> Int64? {
        guard limit > 0 else { return nil }
        var hasher = Hasher()
        hasher.combine(hasherSeed)
        hasher.combine(key)
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        let cost = period / Int64(limit)
        let shard = shards[Int(hash % UInt64(shards.count))]
        return shard.generations.withLock { generations in
            generations.turn(at: now, every: period, capacity: shard.capacity)
            let slot = generations.slot(for: hash, capacity: shard.capacity)
            let wholeAgain = max(generations.value(of: slot, for: hash), now)
            let excess = wholeAgain + cost - now - cost * Int64(limit)
            guard excess <= 0 else { return excess }
            generations.set(slot, to: wholeAgain + cost)
            return nil
        }
    }

    private final class Shard: Sendable {
        let capacity: Int
        let generations = Mutex(Generations())

        init(capacity: Int) {
            self.capacity = max(1, capacity)
        }
    }
}

/// The keys of this period and of the one before.
///
/// Whoever was not seen for a whole period has a whole allowance again and need not be remembered, so forgetting is dropping
/// the older generation: no sweep, no cost that grows with the number of keys.
private struct Generations {
    private var current: [UInt64: Int64] = [:]
    private var previous: [UInt64: Int64] = [:]
    private var turnedAt = Int64.min

    mutating func turn(at now: Int64, every period: Int64, capacity: Int) {
        guard turnedAt == .min || now - turnedAt >= period else { return }
        // Nobody of the older ones was seen since the last turn, at least a period ago.
        previous = turnedAt == .min || now - turnedAt >= 2 * period ? [:] : current
        current = [:]
        turnedAt = now
    }

    /// The key itself, or when there is no room for another, one of a few that strangers share.
    func slot(for key: UInt64, capacity: Int) -> UInt64 {
        if current.count < capacity || current[key] != nil { return key }
        return key >> 58
    }

    /// What stands in a slot, or what is remembered of the key itself, which may have lost its own place: whichever is later.
    func value(of slot: UInt64, for key: UInt64) -> Int64 {
        max(current[slot] ?? previous[slot] ?? 0, previous[key] ?? 0)
    }

    mutating func set(_ slot: UInt64, to value: Int64) {
        current[slot] = value
    }
}
