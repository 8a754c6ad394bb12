import Reactor

extension Database {
    /// Runs `body` in a transaction on a connection of its own, and commits unless it throws or its task is cancelled.
    ///
    /// Where it is idempotent, `body` is run again, up to three times, when the server could not serialize it or its
    /// connection was lost before the end.
    ///
    /// - Throws: What `body` throws; a `PostgresError`, of which `.connectionLost` and `.timedOut` may mean that it was
    ///   committed nevertheless; `CancellationError`.
    package func transaction<Value: Sendable>(
        with settings: SessionSettings? = nil,
        isolation: Transaction.Isolation = .readCommitted,
        isIdempotent: Bool = false,
        _ body: (Transaction) async throws -> Value
    ) async throws -> Value {
        var repetitions = isIdempotent ? 3 : 0
        while true {
            let transaction = Transaction(
                over: try await writer(),
                of: self,
                isolation: isolation,
                settings: settings?.statement
            )
            do {
                let value = try await body(transaction)
                try Task.checkCancellation()
                try await transaction.commit()
                return value
            } catch {
                await transaction.rollBack()
                guard transaction.mayBeRepeated, repetitions > 0, !Task.isCancelled else { throw error }
            }
            repetitions -= 1
            try await loop.sleep(for: .microseconds(Int64.random(in: 1_000...20_000)))
        }
    }

    private func writer() async throws(PostgresError) -> Lease {
        switch await lease(for: .transaction) {
        case .granted(let lease): return lease
        case .refused(let error): throw error
        }
    }

    /// A connection of one's own.
    func lease(for purpose: Lease.Purpose) async -> Lease.Outcome {
        await withUnsafeContinuation { answer in
            if loop.isCurrent {
                pool.assumeIsolated { $0.lease(for: purpose, answer) }
            } else {
                Task(executorPreference: loop) { await self.pool.lease(for: purpose, answer) }
            }
        }
    }

    func answer(to segment: Segment, over lease: Lease) async -> Outcome {
        await withUnsafeContinuation { answer in
            if loop.isCurrent {
                pool.assumeIsolated { $0.send(segment, over: lease, answer: answer) }
            } else {
                Task(executorPreference: loop) { await self.pool.send(segment, over: lease, answer: answer) }
            }
        }
    }

    /// Gives a lease back, without waiting for it.
    func end(_ lease: Lease) {
        if loop.isCurrent {
            pool.assumeIsolated { $0.end(lease) }
        } else {
            Task(executorPreference: loop) { await self.pool.end(lease) }
        }
    }
}
