import Reactor

/// Calls for which there is no connection yet, in the order of their coming.
struct WaitingRoom {
    enum Entry {
        case read(Segment, Answer)
        case write(Segment, Answer)
        case lease(Lease.Purpose, Lease.Answer)

        func fail(_ error: PostgresError) {
            switch self {
            case .read(_, let answer), .write(_, let answer): answer.resume(returning: .failed(error))
            case .lease(_, let answer): answer.resume(returning: .refused(error))
            }
        }
    }

    private struct Waiter {
        let entry: Entry
        let deadline: Instant
    }

    private var reads = FIFO<Waiter>()
    private var writes = FIFO<Waiter>()
    private var longReads = FIFO<Waiter>()
    /// Rings when one of them has waited long enough.
    var timer: ScheduledTimer?
    private var ringsAt = Instant(nanoseconds: .max)

    var count: Int { reads.count + writes.count + longReads.count }

    func isFull(for entry: Entry, limit: Int) -> Bool {
        if case .lease(.long, _) = entry, longReads.count >= limit / 4 { return true }
        return count >= limit
    }

    mutating func append(_ entry: Entry, until deadline: Instant) {
        switch entry {
        case .read(let segment, _):
            reads.append(Waiter(entry: entry, deadline: min(deadline, segment.deadline)))
        case .write(let segment, _):
            writes.append(Waiter(entry: entry, deadline: min(deadline, segment.deadline)))
        case .lease(.transaction, _):
            writes.append(Waiter(entry: entry, deadline: deadline))
        case .lease(.long(_, let latest), _):
            longReads.append(Waiter(entry: entry, deadline: min(deadline, latest)))
        }
    }

    mutating func takeRead() -> Entry? { reads.popFirst()?.entry }

    /// Who waits for a connection of their own, if they are first.
    mutating func takeLease() -> Lease.Answer? {
        guard case .lease(_, let answer)? = writes.first?.entry else { return nil }
        _ = writes.popFirst()
        return answer
    }

    /// The first long read for which there is a place.
    mutating func takeLongRead(where isFree: (Lease.Purpose) -> Bool) -> (Lease.Purpose, Lease.Answer)? {
        let waiter = longReads.popFirst {
            if case .lease(let purpose, _) = $0.entry { isFree(purpose) } else { false }
        }
        guard case .lease(let purpose, let answer)? = waiter?.entry else { return nil }
        return (purpose, answer)
    }

    /// The first writes, as far as nobody among them waits for a connection of their own.
    mutating func takeWrites(upTo limit: Int) -> [(segment: Segment, answer: Answer)] {
        var taken: [(segment: Segment, answer: Answer)] = []
        while taken.count < limit, case .write(let segment, let answer)? = writes.first?.entry {
            _ = writes.popFirst()
            taken.append((segment, answer))
        }
        return taken
    }

    var hasReads: Bool { !reads.isEmpty }
    var hasWrites: Bool { !writes.isEmpty }

    private var earliestDeadline: Instant? {
        var earliest: Instant?
        for queue in [reads, writes, longReads] {
            queue.forEach { earliest = min(earliest ?? $0.deadline, $0.deadline) }
        }
        return earliest
    }

    mutating func takeAll() -> [Entry] {
        (reads.takeAll() + writes.takeAll() + longReads.takeAll()).map(\.entry)
    }

    /// How long the timer must be set, nil if it rings early enough as it is.
    mutating func nextAlarm() -> Duration? {
        guard let deadline = earliestDeadline, deadline < ringsAt else { return nil }
        timer?.cancel()
        ringsAt = deadline
        return deadline - .now()
    }

    mutating func takeExpired() -> [Entry] {
        timer = nil
        ringsAt = Instant(nanoseconds: .max)
        let now = Instant.now()
        let expired = [
            reads.remove { $0.deadline <= now }, writes.remove { $0.deadline <= now },
            longReads.remove { $0.deadline <= now },
        ]
        return expired.joined().map(\.entry)
    }
}

extension Pool {
    /// More would make the first of them wait for the last.
    private static let together = 32

    func wait(_ entry: WaitingRoom.Entry) {
        guard phase == .new || phase == .open else { return entry.fail(.unavailable) }
        guard !waiting.isFull(for: entry, limit: configuration.waitingLimit) else {
            return entry.fail(PostgresError(.overloaded))
        }
        let patience = isAnyUp ? configuration.leasePatience : configuration.connectionPatience
        waiting.append(entry, until: .now() + patience)
        watchWaiting()
    }

    /// Sees to it that who has waited long enough is sent away.
    private func watchWaiting() {
        guard let delay = waiting.nextAlarm() else { return }
        waiting.timer = loop.schedule(after: delay) { [unowned self] in
            let error = isAnyUp ? PostgresError(.overloaded) : .unavailable
            for entry in waiting.takeExpired() { entry.fail(error) }
            watchWaiting()
        }
    }

    /// Gives what has become free to those who wait, first come, first served.
    func serveWaiting() {
        while waiting.hasReads, let pipeline = reader {
            guard case .read(let segment, let answer)? = waiting.takeRead() else { return }
            pipeline.send(segment, answer: answer)
        }
        while waiting.hasWrites, let writer, let pipeline = writer.pipeline, pipeline.writesInFlight == 0 {
            if let lease = waiting.takeLease() {
                grant(writer, for: .transaction, lease)
            } else {
                pipeline.sendTogether(waiting.takeWrites(upTo: Self.together))
            }
        }
        while let writer, let (purpose, answer) = waiting.takeLongRead(where: isFree) {
            grant(writer, for: purpose, answer)
        }
    }

    private var isAnyUp: Bool { connections.contains { $0.pipeline != nil } }
}
