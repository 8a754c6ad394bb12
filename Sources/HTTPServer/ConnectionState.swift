import Reactor

/// What a connection is about, and until when.
///
/// Pure: it knows no socket and no clock, it is told what happened and when, and answers what follows from that.
struct ConnectionState {
    enum Phase: Equatable {
        /// Nothing has come yet.
        case fresh
        /// Between two requests.
        case idle
        case head
        case body
        case handling
        case writing
        /// Everything is said; what the client still sends is read and dropped, or it might lose the answer to a reset.
        case lingering
        case closed
    }

    /// How long each phase may last, in nanoseconds.
    struct Patience {
        var head: Int64
        var body: Int64
        var writing: Int64
        var keepAlive: Int64
        var lingering: Int64
        /// For a new connection's first request to begin, once the server is about to stop.
        var draining: Int64 = 1_000_000_000

        init(_ deadlines: ServerConfiguration.Deadlines) {
            head = deadlines.head.wholeNanoseconds
            body = deadlines.body.wholeNanoseconds
            writing = deadlines.writing.wholeNanoseconds
            keepAlive = deadlines.keepAlive.wholeNanoseconds
            lingering = deadlines.lingering.wholeNanoseconds
        }
    }

    private(set) var phase = Phase.fresh
    /// Whether another request may follow the present one.
    private(set) var keepsAlive = false
    private var deadline: Int64
    private let patience: Patience

    init(openedAt now: Instant, patience: Patience) {
        self.patience = patience
        deadline = now.nanoseconds &+ patience.head
    }

    /// Whether bytes that arrive are a request's.
    var isReading: Bool {
        switch phase {
        case .fresh, .idle, .head, .body: true
        case .handling, .writing, .lingering, .closed: false
        }
    }

    /// Whether a request is being answered, after which there may be another.
    var isAnswering: Bool { phase == .handling || phase == .writing }

    // MARK: - What happens

    /// The first byte of a request has come; harmless at any later one.
    mutating func headBegan(at now: Instant) {
        switch phase {
        case .fresh: phase = .head  // its time has been running since it was opened
        case .idle: enter(.head, at: now, for: patience.head)
        default: break
        }
    }

    mutating func headEnded(keepsAlive: Bool, awaitsBody: Bool, at now: Instant) {
        self.keepsAlive = keepsAlive
        if awaitsBody { enter(.body, at: now, for: patience.body) } else { requestEnded() }
    }

    /// The handler has the request; how long it takes is not the client's fault.
    mutating func requestEnded() {
        phase = .handling
        deadline = .max
    }

    /// The answer is about to be written.
    mutating func answered(isLast: Bool, at now: Instant) {
        if isLast { keepsAlive = false }
        enter(.writing, at: now, for: patience.writing)
    }

    /// The answer has been handed to the kernel, every byte of it.
    mutating func written(at now: Instant) {
        if keepsAlive {
            enter(.idle, at: now, for: patience.keepAlive)
        } else {
            enter(.lingering, at: now, for: patience.lingering)
        }
    }

    mutating func closed() {
        phase = .closed
        deadline = .max
    }

    // MARK: - What follows

    enum Consequence: Equatable {
        case refuse(Refusal)
        case close
    }

    /// What a deadline that has passed leads to; nil when none has.
    func consequence(at now: Instant) -> Consequence? {
        guard deadline <= now.nanoseconds else { return nil }
        switch phase {
        case .head: return .refuse(.slowHead)
        case .body: return .refuse(.slowBody)
        default: return .close
        }
    }

    /// What the server's wish to stop leads to: whoever has asked something is answered, whoever has not is left.
    mutating func drain(at now: Instant) -> Consequence? {
        switch phase {
        case .idle: return .close
        case .fresh: deadline = min(deadline, now.nanoseconds &+ patience.draining)
        default: break
        }
        return nil
    }

    private mutating func enter(_ next: Phase, at now: Instant, for nanoseconds: Int64) {
        phase = next
        deadline = now.nanoseconds &+ nanoseconds
    }
}
