package import Domain
import Storage

/// A page of the audit trail, and where the next one begins.
package struct AuditPage: Sendable {
    package let entries: [AuditEntry]
    /// Nil on the last page.
    package let next: AuditCursor?
}

/// An organization's audit trail, for whoever may view it.
package struct AuditService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.missing`.
    package func page(_ query: AuditQuery, for caller: Caller, origin: Origin) async throws -> AuditPage {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.viewAuditLog)
            // One more than asked for: whether there is another page.
            let found = try await dependencies.storage.audit.list(of: actor.organizationID, query.longer(by: 1))
            let entries = Array(found.prefix(query.limit))
            guard found.count > entries.count, let last = entries.last else {
                return AuditPage(entries: entries, next: nil)
            }
            return AuditPage(
                entries: entries,
                next: AuditCursor(AuditPosition(occurredAt: last.occurredAt, id: last.id))
            )
        }
    }
}

extension AuditQuery {
    fileprivate func longer(by rows: Int) -> AuditQuery {
        AuditQuery(from: from, to: to, event: event, userID: userID, after: after, limit: limit + rows)
    }
}
