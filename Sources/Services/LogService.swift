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
            // Whoever opened this session for somebody else is not its person.
            let owner = caller.openedIn == nil ? caller.userID : nil
            return try await dependencies.storage.audit.page(query, for: actor, owner: owner)
        }
    }
}
