package import Domain
package import FoundationEssentials
import Storage

/// What an organization's audit trail comes to, for whoever may view it.
package struct SecurityReportService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// The moment up to which a report tells.
    package var now: Date { dependencies.now() }

    /// A report of today and the days before it, in UTC.
    ///
    /// - Throws: `AuthError.missing`.
    package func report(days: Int, for caller: Caller, origin: Origin) async throws -> SecurityReport {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.viewAuditLog)
            return try await dependencies.storage.audit.securityReport(days: days, for: actor)
        }
    }

    /// - Throws: `AuthError.missing`.
    package func stats(for caller: Caller, origin: Origin) async throws -> SecurityStats {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.viewAuditLog)
            return try await dependencies.storage.audit.securityStats(
                lock: dependencies.storage.logins.lockDuration,
                for: actor
            )
        }
    }
}
