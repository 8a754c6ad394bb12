import Reactor

/// Writes that are sent together wait for the disk once.
///
/// Each is a transaction of its own, which commits without waiting; behind them comes one that does wait, and what is on
/// the disk then is all that was committed before it. Only after that are they answered, so what was answered is as
/// durable as ever. The setting ends with each transaction: neither a lost connection nor a pooler can keep it.
extension Pipeline {
    private static let withoutWaiting: SQL = "SELECT set_config('synchronous_commit', 'off', true)"
    /// A transaction with a number of its own, for one without has nothing to commit.
    private static let flush: SQL = "SELECT pg_current_xact_id() IS NOT NULL"

    func sendTogether(_ writes: [(segment: Segment, answer: Answer)]) {
        guard writes.count > 1, let latest = writes.map(\.segment.deadline).max() else {
            for write in writes { send(write.segment, answer: write.answer) }
            return
        }
        for write in writes {
            var segment = write.segment
            // One with settings of its own waits for the disk itself.
            if segment.settings == nil { segment.settings = Self.withoutWaiting }
            if isLost {
                write.answer.resume(returning: .again(.unavailable))
            } else {
                send(segment, as: .together(write.answer))
            }
        }
        if !isLost { send(Segment(statement: Self.flush, deadline: latest), as: .flush) }
    }

    func conclude(_ role: Call.Role, with outcome: Outcome) {
        switch (role, outcome) {
        case (.together(let answer), .rows(let rows)): unflushed.append((answer, rows))
        case (.alone(let answer), _), (.together(let answer), _): answer.resume(returning: outcome)
        case (.flush, .rows):
            for waiting in unflushed { waiting.answer.resume(returning: .rows(waiting.rows)) }
            unflushed.removeAll(keepingCapacity: true)
        case (.flush, _): lose("what was committed together is not known to be on the disk")
        }
    }
}
