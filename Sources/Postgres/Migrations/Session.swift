import CLibPQ
import Reactor

/// A connection for what is done once, one thing after another: scripts and migrations.
///
/// It has no deadline, for such work takes as long as it takes; a cancelled task ends it, and PostgreSQL then undoes
/// what was not committed.
actor Session {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private typealias Opening = UnsafeContinuation<OpeningFailure?, Never>
    private typealias Answer = UnsafeContinuation<Result<Rows?, ScriptError>, Never>

    private enum OpeningFailure {
        /// A host, by its place in the URL, gave no answer in time.
        case silence(Int)
        case other(ScriptError)

        var error: ScriptError {
            switch self {
            case .silence: ScriptError(sqlState: nil, message: "the database gives no answer", line: nil)
            case .other(let error): error
            }
        }
    }

    private let target: ConnectionTarget
    private var connector: Connector?
    private var handle: Handle?
    private var source: DescriptorSource?
    private var opening: Opening?
    private var answer: Answer?
    private var text = ""
    private var rows: Rows?
    private var failure: ScriptError?
    private var isAborted = false

    private init(to target: ConnectionTarget, on loop: EventLoop) {
        self.target = target
        self.loop = loop
    }

    /// Opens a session, under `role` if there is one, lends it to `body`, and closes it.
    static func with<Value: Sendable>(
        _ url: String,
        role: String? = nil,
        on loop: EventLoop,
        _ body: (Session) async throws -> Value
    ) async throws -> Value {
        var options: [ConnectionTarget.Parameter] = [
            .init(name: "statement_timeout", value: "0"), .init(name: "timezone", value: "UTC"),
            // or the server would finish a long statement of somebody who is gone, and keep its locks until then
            .init(name: "client_connection_check_interval", value: "500"),
        ]
        if let role { options.append(.init(name: "role", value: role)) }
        guard let target = ConnectionTarget(url: url, parameters: ConnectionTarget.defaults, options: options) else {
            throw ScriptError(sqlState: nil, message: "the URL is no PostgreSQL connection URI", line: nil)
        }
        let session = Session(to: target, on: loop)
        return try await withTaskCancellationHandler {
            do {
                try await session.open()
                let value = try await body(session)
                await session.close()
                return value
            } catch {
                await session.close()
                try Task.checkCancellation()
                throw error
            }
        } onCancel: {
            Task(executorPreference: loop) { await session.abort() }
        }
    }

    // MARK: - Opening and closing

    private func open() async throws(ScriptError) {
        var first = 0
        for _ in 0..<max(1, target.hosts.count) {
            guard let failure = await connect(startingAt: first) else { return }
            guard case .silence(let host) = failure, !isAborted else { throw failure.error }
            first = (host + 1) % max(1, target.hosts.count)
        }
        throw OpeningFailure.silence(first).error
    }

    private func connect(startingAt first: Int) async -> OpeningFailure? {
        await withUnsafeContinuation { connect(startingAt: first, $0) }
    }

    private func connect(startingAt first: Int, _ opening: Opening) {
        guard !isAborted else { return opening.resume(returning: .other(.aborted)) }
        self.opening = opening
        let patience = target.connectTimeout ?? .seconds(3)
        connector = Connector(to: target, startingAt: first, on: loop, patience: patience) { self.conclude($0) }
    }

    private func conclude(_ outcome: Connector.Outcome) {
        connector = nil
        switch outcome {
        case .connected(let handle):
            guard PQsetnonblocking(handle.pointer, 1) == 0 else { return opened(.other(.aborted)) }
            self.handle = handle
            source = loop.watch(PQsocket(handle.pointer), for: .readable) { [unowned self] in report($0) }
            opened(nil)
        case .failed(let reason):
            opened(.other(ScriptError(sqlState: nil, message: reason, line: nil)))
        case .timedOut(let host, _):
            opened(.silence(host))
        }
    }

    private func opened(_ failure: OpeningFailure?) {
        opening?.resume(returning: failure)
        opening = nil
    }

    private func close() {
        source?.cancel()
        source = nil
        handle = nil
    }

    private func abort() {
        isAborted = true
        connector?.cancel()
        connector = nil
        opened(.other(.aborted))
        end(.failure(.aborted))
        close()
    }

    // MARK: - Work

    /// Runs any number of statements, which share a transaction unless they say otherwise.
    func run(_ script: String) async throws(ScriptError) {
        _ = try await send(script) { PQsendQuery($0, script) }
    }

    /// Runs one statement with its values.
    func query(_ sql: SQL) async throws(ScriptError) -> Rows {
        let text = sql.text
        let rows = try await send(text) { connection in
            var values = BoundValues()
            let types = sql.typeOIDs
            return sql.records.withUnsafeBytes { bytes in
                values.fill(from: bytes, count: types.count)
                return PQsendQueryParams(
                    connection,
                    text,
                    Int32(truncatingIfNeeded: types.count),
                    types,
                    values.pointers,
                    values.lengths,
                    values.formats,
                    1
                )
            }
        }
        guard let rows else { throw ScriptError(sqlState: nil, message: "the server answered nothing", line: nil) }
        return rows
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool {
        handle.map { PQtransactionStatus($0.pointer) != PQTRANS_IDLE } ?? false
    }

    private func send(_ text: String, _ put: (OpaquePointer) -> Int32) async throws(ScriptError) -> Rows? {
        let result = await withUnsafeContinuation { (answer: Answer) in
            guard let handle, !isAborted else { return answer.resume(returning: .failure(.aborted)) }
            self.answer = answer
            self.text = text
            rows = nil
            failure = nil
            if put(handle.pointer) == 1 { flush(handle) } else { lose(handle) }
        }
        return try result.get()
    }

    private func flush(_ handle: Handle) {
        switch PQflush(handle.pointer) {
        case 0: source?.setInterest(.readable)
        case 1: source?.setInterest([.readable, .writable])
        default: lose(handle)
        }
    }

    private func report(_ readiness: Readiness) {
        guard let handle else { return }
        if readiness.contains(.writable) { flush(handle) }
        let isAlive = PQconsumeInput(handle.pointer) == 1
        while answer != nil, PQisBusy(handle.pointer) == 0 {
            guard let result = PQgetResult(handle.pointer) else { return end() }
            take(result, handle)
        }
        if !isAlive { lose(handle) }
    }

    private func take(_ result: OpaquePointer, _ handle: Handle) {
        let status = PQresultStatus(result)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
            rows = Rows(result)
            return
        }
        defer { PQclear(result) }
        guard failure == nil, status != PGRES_EMPTY_QUERY else { return }
        failure =
            ServerReport(result).map { ScriptError($0, in: text) }
            ?? ScriptError(sqlState: nil, message: handle.lastError, line: nil)
        if status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
            failure = ScriptError(sqlState: nil, message: "a script cannot COPY from or to its client", line: nil)
            lose(handle)
        }
    }

    private func end() {
        if let failure { end(.failure(failure)) } else { end(.success(rows)) }
    }

    private func end(_ result: Result<Rows?, ScriptError>) {
        answer?.resume(returning: result)
        answer = nil
        rows = nil
    }

    private func lose(_ handle: Handle) {
        let reason = failure ?? ScriptError(sqlState: nil, message: handle.lastError, line: nil)
        close()
        end(.failure(reason))
    }
}
