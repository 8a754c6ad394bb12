import CLibPQ

extension Pipeline {
    /// Takes ownership of one result and files it under the oldest call.
    func take(_ result: OpaquePointer) {
        let status = PQresultStatus(result)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
            succeed(result)
        } else if status == PGRES_PIPELINE_SYNC {
            PQclear(result)
            complete()
        } else {
            defer { PQclear(result) }
            fail(result, wasAborted: status == PGRES_PIPELINE_ABORTED)
        }
    }

    private func succeed(_ result: OpaquePointer) {
        switch calls.first?.steps.next {
        case .statement:
            if let arrived { PQclear(arrived) }
            arrived = result
        case .prepare:
            _ = preparing.popFirst()
            PQclear(result)
        default:
            PQclear(result)
        }
    }

    /// Notes the error of the oldest call, whichever of its parts it hit, or the commit behind them.
    private func fail(_ result: OpaquePointer, wasAborted: Bool) {
        guard let call = calls.first else { return }
        if call.steps.next == .prepare, let prepared = preparing.popFirst() { statements.forget(prepared) }
        guard !wasAborted else { return }
        guard let report = ServerReport(result) else { return lose(handle.lastError) }
        if report.isStaleStatement {
            if statements.number(of: call.fingerprint) == call.number { statements.forgetAll() }
            failure = .again(report.error)
        } else if report.isReadOnlyServer {
            failure = .again(.unavailable)
        } else {
            failure = .failed(report.error)
        }
        guard report.endsConnection else { return }
        if report.isReadOnlyServer { complete() }
        lose(report.message)
    }

    /// Everything of the oldest call has arrived.
    private func complete() {
        guard let call = calls.popFirst() else { return }
        if call.writes { writesInFlight -= 1 }
        conclude(call.role, with: takeOutcome())
        if call.writes, writesInFlight == 0, !isLost { onWritten?() }
    }

    private func takeOutcome() -> Outcome {
        let rows = arrived
        arrived = nil
        if let failure {
            self.failure = nil
            if let rows { PQclear(rows) }
            return failure
        }
        guard let rows else { return .failed(PostgresError(.connectionLost)) }
        return .rows(Rows(rows))
    }
}
