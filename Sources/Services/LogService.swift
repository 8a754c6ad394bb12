package import Domain
import Storage

/// Numbered pages of an organization's audit trail, for whoever may view it.
package struct LogService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.missing`.
    package func page(_ query: LogQuery, for caller: Caller, origin: Origin) async throws -> ListPage<LogEntry> {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.viewAuditLog)
            return try await dependencies.audit.page(query, for: actor)
        }
    }
}
