package import Domain
import Storage

/// What an organization keeps of its past, and how it gets rid of it.
package struct CleanupService: Sendable {
    private let dependencies: Dependencies

    /// How long one request goes on deleting, in nanoseconds: whoever waits for the answer shall get one.
    private static let patience: Int64 = 10_000_000_000

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Deletes what was over this many days ago, batch by batch until nothing is left or it has taken long enough.
    ///
    /// Each batch is a transaction of its own: what is deleted stays so, whatever becomes of the next.
    ///
    /// - Throws: `AuthError.missing`, `.retentionTooShort`.
    package func cleanUp(olderThan days: Int, by caller: Caller, origin: Origin) async throws -> CleanedUp {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.manageOrganization)
            let end = dependencies.uptime() + Self.patience
            var done = try await dependencies.storage.audit.cleanUp(olderThan: days, isFirst: true, by: actor)
            while done.hasMore, dependencies.uptime() < end {
                done.add(try await dependencies.storage.audit.cleanUp(olderThan: days, isFirst: false, by: actor))
            }
            return done
        }
    }

    /// - Throws: `AuthError.missing`.
    package func storedRecords(olderThan days: Int, for caller: Caller, origin: Origin) async throws -> [StoredRecords]
    {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.viewAuditLog)
            return try await dependencies.storage.audit.storedRecords(olderThan: days, for: actor)
        }
    }
}
