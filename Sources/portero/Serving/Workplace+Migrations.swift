import Migrations
import Postgres

extension Workplace {
    var migrator: Migrator { Migrator(migrations: Migrations.all, url: database.uri, on: loop) }

    func migrate(_ mode: MigrationMode) async throws -> [String] {
        try await explainingFailures {
            switch mode {
            case .apply:
                let console = console
                let count = try await migrator.apply { console.say("applied migration \($0.number) (\($0.name))") }
                return count == 0 ? ["nothing to apply"] : []
            case .rehearse:
                let pending = try await migrator.pending()
                return pending.isEmpty ? ["nothing to apply"] : pending.map { "would apply \($0.number) (\($0.name))" }
            case .status:
                return try await migrator.status().map { status in
                    "\(status.number)  \(status.name)  \(status.appliedAt.map { "applied \($0)" } ?? "pending")"
                }
            }
        }
    }

    /// - Throws: where the database lacks migrations.
    func requireMigrations() async throws {
        let pending = try await explainingFailures { try await migrator.pending().count }
        guard pending == 0 else {
            throw Failure(.failed, "the database lacks \(pending) of its migrations: run portero migrate first")
        }
    }

    private func explainingFailures<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as MigrationError {
            throw Failure(error.kind, error.description)
        } catch let error as ScriptError {
            throw Failure(error.isRefusal ? .configuration : .unavailable, "the database: \(error)")
        }
    }
}

extension MigrationError {
    /// What to exit with: trying again mends nothing that somebody must change.
    fileprivate var kind: Failure.Kind {
        switch self {
        case .newerDatabase, .altered, .renamed, .skipped: .configuration
        case .failed(_, _, let reason): reason.isRefusal ? .configuration : .failed
        case .misnumbered, .endsItsTransaction: .software
        case .locked: .unavailable
        }
    }
}
