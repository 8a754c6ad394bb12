package import Domain
import Storage

/// What people change about themselves.
package struct ProfileService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.sessionOpenedByAnother`.
    package func rename(_ caller: Caller, to name: FullName, origin: Origin) async throws {
        try await dependencies.requireOwnSession(caller, from: origin)
        try await dependencies.storage.accounts.rename(
            caller.userID,
            to: name,
            session: caller.sessionID,
            in: caller.organizationID,
            origin: origin
        )
    }
}
