import Reactor

/// The connections of one loop, and the calls that wait for one.
///
/// A commit waits for the disk, and what is behind it in its pipeline waits too. So reads keep to connections on which
/// nothing is being written, of which the first is always one (of two, unless a long read has the other). A write has a
/// connection to itself while there are idle ones; those that come meanwhile wait, and go together (see
/// `Pipeline.sendTogether`). So does a transaction. A read that may take long has one to itself, too, or all reads behind
/// it would take as long.
actor Pool {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: DatabaseConfiguration
    var connections: [Connection] = []
    /// Those that reads are sent over as long as nothing is being written there.
    private var readers: ArraySlice<Connection> = []
    private var writers: ArraySlice<Connection> = []
    /// Reads that may take long and have a connection.
    private var longReads: [LongRead] = []
    var waiting = WaitingRoom()
    var listener: Listener?

    var phase = Phase.new
    var whenClosed: [UnsafeContinuation<Void, Never>] = []

    enum Phase {
        case new, open, closing, closed
    }

    init(_ configuration: DatabaseConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    func adopt(_ opened: [Connection]) {
        let readerCount = max(1, opened.count / 2)
        connections = opened
        readers = opened.prefix(readerCount)
        writers = opened.count > 1 ? opened.dropFirst() : opened[...]
    }

    // MARK: - Statements

    /// Sends a read over the least busy reader, or lets it wait for one.
    func read(_ segment: Segment, answer: Answer) {
        if let pipeline = reader {
            pipeline.send(segment, answer: answer)
        } else {
            wait(.read(segment, answer))
        }
    }

    /// Sends a write over a writer on which nothing is being written, or lets it wait for one, to be sent together with
    /// others that wait.
    func write(_ segment: Segment, answer: Answer) {
        if let pipeline = writer?.pipeline, pipeline.writesInFlight == 0, !waiting.hasWrites {
            pipeline.send(segment, answer: answer)
        } else {
            wait(.write(segment, answer))
        }
    }

    /// A pipeline for a read; a writer's, if no reader is up.
    var reader: Pipeline? {
        leastBusy(of: readers, awayFrom: Self.commits)?.pipeline ?? writer?.pipeline
    }

    /// A connection for a write or a transaction; of two, the first while a long read has the other.
    var writer: Connection? {
        leastBusy(of: longReads.count < writers.count ? writers : connections[...], awayFrom: Self.reads)
    }

    /// What a call would rather not wait behind, or make wait.
    private static func commits(_ pipeline: Pipeline) -> Int { pipeline.writesInFlight }
    private static func reads(_ pipeline: Pipeline) -> Int { pipeline.inFlight - pipeline.writesInFlight }

    /// The connection that is up and not lent out, and on which the least is in the way.
    ///
    /// Of several, the last: the first ones are left to reads.
    private func leastBusy(
        of candidates: ArraySlice<Connection>,
        awayFrom obstacles: (Pipeline) -> Int
    ) -> Connection? {
        var best: Connection?
        var least = Int.max
        for connection in candidates.reversed() {
            guard !connection.isLeased, let pipeline = connection.pipeline else { continue }
            let cost = pipeline.inFlight + 16 * obstacles(pipeline)
            guard cost < least else { continue }
            least = cost
            best = connection
        }
        return best
    }

    // MARK: - Leases

    /// Lends out a writer, or lets who asks wait for one.
    ///
    /// Nobody is passed by: who waits would have been served if they could be.
    func lease(for purpose: Lease.Purpose, _ answer: Lease.Answer) {
        if let writer, isFree(for: purpose) {
            grant(writer, for: purpose, answer)
        } else {
            wait(.lease(purpose, answer))
        }
    }

    func grant(_ writer: Connection, for purpose: Lease.Purpose, _ answer: Lease.Answer) {
        if case .long(let kind, _) = purpose { longReads.append(kind) }
        answer.resume(returning: .granted(writer.takeLease(for: purpose)))
    }

    /// Half of the connections are left to what is short, however much that is long comes; of the others, half to each kind.
    func isFree(for purpose: Lease.Purpose) -> Bool {
        switch purpose {
        case .transaction: true
        case .long(let kind, let latest):
            loop.now < latest && longReads.count < max(1, connections.count / 2)
                && longReads.count { $0 == kind } < max(1, connections.count / 4)
        }
    }

    /// Sends one statement over a connection that was lent out.
    func send(_ segment: Segment, over lease: Lease, answer: Answer) {
        guard let pipeline = connection(of: lease)?.pipeline else {
            return answer.resume(returning: .failed(.unavailable))
        }
        pipeline.send(segment, answer: answer)
    }

    /// Takes a writer back; one on which a transaction is still open is given up.
    func end(_ lease: Lease) {
        if case .long(let kind, _) = lease.purpose, let place = longReads.firstIndex(of: kind) {
            longReads.remove(at: place)
        }
        if let connection = connection(of: lease), let pipeline = connection.pipeline {
            if pipeline.isIdle { connection.endLease() } else { pipeline.lose("a transaction was left open") }
        }
        serveWaiting()
        finishIfIdle()
    }

    /// Nil when the connection was lost under the transaction.
    private func connection(of lease: Lease) -> Connection? {
        guard lease.slot < connections.count, connections[lease.slot].lease == lease.number else { return nil }
        return connections[lease.slot]
    }
}

/// The right to a writer of one's own.
struct Lease: Sendable {
    typealias Answer = UnsafeContinuation<Outcome, Never>

    enum Outcome: Sendable {
        case granted(Lease)
        case refused(PostgresError)
    }

    enum Purpose: Sendable {
        case transaction
        /// It is of no use to begin after a moment.
        case long(LongRead, before: Instant)
    }

    let slot: Int
    let number: Int
    let purpose: Purpose
}
