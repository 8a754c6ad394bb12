import CLibPQ
import Reactor

/// One live connection on which statements follow each other without waiting for answers.
///
/// Each segment ends in a sync of its own, so one that fails leaves its neighbours alone. Belongs to its loop.
final class Pipeline {
    let handle: Handle
    let connection: OpaquePointer
    private let loop: EventLoop
    /// Called once, with the reason, when the connection is of no use any more.
    private let onLoss: (String) -> Void
    private var source: DescriptorSource?
    private(set) var isLost = false

    var calls = FIFO<Call>()
    var statements = PreparedStatements()
    /// Statements whose preparation was sent and not answered yet.
    var preparing = FIFO<UInt64>()
    /// What has arrived for the oldest call.
    var arrived: OpaquePointer?
    var failure: Outcome?
    private var values = BoundValues()
    private var sweep: ScheduledTimer?
    private var sweepsAt = Instant(nanoseconds: .max)

    /// What has been committed and is not yet known to be on the disk.
    var unflushed: [(answer: Answer, rows: Rows)] = []
    /// Called when nothing is being written any more.
    var onWritten: (() -> Void)?
    /// Called when the last call has been answered.
    var onIdle: (() -> Void)?
    /// Called with the channel and the payload of each notification.
    var onNotification: ((String, String) -> Void)?

    /// Fails when libpq refuses the pipeline mode.
    init?(_ handle: Handle, on loop: EventLoop, onLoss: @escaping (String) -> Void) {
        self.handle = handle
        self.loop = loop
        self.onLoss = onLoss
        connection = handle.pointer
        guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else { return nil }
        source = loop.watch(PQsocket(connection), for: .readable) { [unowned self] in report($0) }
    }

    deinit {
        source?.cancel()
        sweep?.cancel()
        if let arrived { PQclear(arrived) }
    }

    var inFlight: Int { calls.count }
    /// Those among them whose commit makes what is behind them wait for the disk.
    var writesInFlight = 0
    /// Whether no transaction is open.
    var isIdle: Bool { calls.isEmpty && PQtransactionStatus(connection) == PQTRANS_IDLE }

    // MARK: - Sending

    /// Sends a segment; `answer` is resumed with what becomes of it.
    func send(_ segment: borrowing Segment, answer: Answer) {
        send(segment, as: .alone(answer))
    }

    func send(_ segment: borrowing Segment, as role: Call.Role) {
        guard !segment.statement.isTooLarge else {
            return conclude(role, with: .failed(PostgresError(.server(sqlState: "54000", constraint: nil))))
        }
        var steps = Call.Steps()
        var isSent = true
        let isRepeated = segment.isRepeated
        if let begin = segment.begin { isSent = put(begin, as: .preamble, isRepeated, &steps) != nil }
        if isSent, let settings = segment.settings { isSent = put(settings, as: .preamble, isRepeated, &steps) != nil }
        guard isSent, let number = put(segment.statement, as: .statement, isRepeated, &steps),
            PQpipelineSync(connection) == 1
        else {
            // what is in the buffer has no sync behind it, so the server will not carry it out
            conclude(role, with: .again(.unavailable))
            return lose(handle.lastError)
        }
        calls.append(
            Call(
                role: role,
                deadline: segment.deadline,
                writes: segment.writes,
                steps: steps,
                fingerprint: segment.statement.fingerprint,
                number: number
            )
        )
        if segment.writes { writesInFlight += 1 }
        flush()
        if segment.deadline < sweepsAt { sweep(at: segment.deadline) }
    }

    /// Puts one statement into the buffer, behind its preparation if it needs one, and answers its number.
    private func put(
        _ sql: borrowing SQL,
        as step: Call.Steps.Step,
        _ isRepeated: Bool,
        _ steps: inout Call.Steps
    ) -> Int? {
        let number: Int
        if !isRepeated, let known = statements.number(of: sql.fingerprint) {
            number = known
        } else {
            number = isRepeated ? 0 : statements.add(sql.fingerprint)
            let types = sql.typeOIDs
            let isSent = PQsendPrepare(
                connection,
                PreparedStatements.name(number),
                sql.text,
                Int32(truncatingIfNeeded: types.count),
                types
            )
            guard isSent == 1 else { return nil }
            preparing.append(sql.fingerprint)
            steps.append(.prepare)
        }
        let count = sql.parameterCount
        let isSent = sql.records.withUnsafeBytes { bytes in
            values.fill(from: bytes, count: count)
            return PQsendQueryPrepared(
                connection,
                PreparedStatements.name(number),
                Int32(truncatingIfNeeded: count),
                values.pointers,
                values.lengths,
                values.formats,
                1
            )
        }
        guard isSent == 1 else { return nil }
        steps.append(step)
        return number
    }

    private func flush() {
        switch PQflush(connection) {
        case 0: source?.setInterest(.readable)
        case 1: source?.setInterest([.readable, .writable])
        default: lose(handle.lastError)
        }
    }

    // MARK: - Receiving

    private func report(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        guard !isLost else { return }
        let isAlive = PQconsumeInput(connection) == 1
        receive()
        if !isLost, !isAlive || handle.isBroken { lose(handle.lastError) }
        guard !isLost else { return }
        if let onNotification { deliverNotifications(to: onNotification) }
        if calls.isEmpty { onIdle?() }
    }

    /// Takes every result that has come in whole.
    private func receive() {
        var isEnd = false
        while !isLost, !calls.isEmpty, PQisBusy(connection) == 0 {
            if let result = PQgetResult(connection) {
                isEnd = false
                take(result)
            } else {
                // one null ends a statement's results; two in a row mean that libpq knows of no more statements
                guard !isEnd else { return lose("the server's answers are out of step") }
                isEnd = true
                _ = calls.withFirst { $0.steps.advance() }
            }
        }
    }

    private func deliverNotifications(to receiver: (String, String) -> Void) {
        while let notification = PQnotifies(connection) {
            defer { PQfreemem(notification) }
            receiver(String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
        }
    }

    // MARK: - Deadlines and the end

    /// One timer for all calls: it looks at the oldest and is set again for what is left.
    private func sweep(at deadline: Instant) {
        sweep?.cancel()
        sweepsAt = deadline
        sweep = loop.schedule(after: deadline - loop.now) { [unowned self] in
            sweepsAt = Instant(nanoseconds: .max)
            var earliest = sweepsAt
            calls.forEach { earliest = min(earliest, $0.deadline) }
            guard !calls.isEmpty else { return }
            if earliest <= .now() { lose("no answer in time") } else { sweep(at: earliest) }
        }
    }

    /// Gives the connection up: calls whose time is over have timed out, the fate of the others is unknown.
    func lose(_ reason: String) {
        guard !isLost else { return }
        isLost = true
        source?.cancel()
        source = nil
        sweep?.cancel()
        for waiting in unflushed { waiting.answer.resume(returning: .failed(PostgresError(.connectionLost))) }
        unflushed = []
        let now = Instant.now()
        for call in calls.takeAll() {
            let kind: PostgresError.Kind = call.deadline <= now ? .timedOut : .connectionLost
            call.role.answer?.resume(returning: .failed(PostgresError(kind)))
        }
        onLoss(reason)
    }
}
