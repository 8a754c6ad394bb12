import Reactor

/// What became of a statement handed to a connection.
enum Outcome: Sendable {
    case rows(Rows)
    case failed(PostgresError)
    /// Nothing was executed, for a reason that is gone by now: send it again.
    case again(PostgresError)
}

typealias Answer = UnsafeContinuation<Outcome, Never>

/// What is sent between two syncs: one transaction of its own, unless one is open.
struct Segment: Sendable {
    let statement: SQL
    var settings: SQL?
    /// Opens a transaction ahead of everything else.
    var begin: SQL?
    /// Prepares for itself alone: the server did not know a statement that others are just preparing.
    var isRepeated = false
    /// When the caller stops waiting.
    let deadline: Instant
    /// Whether its commit may make what is behind it wait for the disk.
    var writes = true
}

/// A segment on its way: plain data, for there are many.
struct Call {
    let role: Role
    let deadline: Instant
    let writes: Bool
    /// Which results are still to come.
    var steps: Steps
    /// The statement, for when the server turns out not to know it.
    let fingerprint: UInt64
    let number: Int

    /// Who waits for it, and for what.
    enum Role {
        case alone(Answer)
        /// Committed without waiting for the disk: answered once `flush` has succeeded.
        case together(Answer)
        /// Commits last, and waits for the disk for all of them.
        case flush

        var answer: Answer? {
            switch self {
            case .alone(let answer), .together(let answer): answer
            case .flush: nil
            }
        }
    }

    /// The results still to come, the next one in the lowest bits.
    struct Steps {
        enum Step: UInt32 {
            case none = 0
            /// Preparing any statement of the segment.
            case prepare = 1
            /// Running what stands ahead of the statement.
            case preamble = 2
            case statement = 3
        }

        private var bits: UInt32 = 0
        private var end: UInt32 = 0

        var next: Step { Step(rawValue: bits & 3) ?? .none }

        mutating func append(_ step: Step) {
            bits |= step.rawValue << end
            end += 2
        }

        mutating func advance() {
            bits >>= 2
        }
    }
}
