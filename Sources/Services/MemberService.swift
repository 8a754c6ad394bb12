package import Domain
import Storage

/// The members of an organization, for whoever manages them; leaving is everybody's own.
package struct MemberService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.missing`.
    package func page(
        _ query: ListQuery<MemberSort>,
        for caller: Caller,
        origin: Origin
    ) async throws -> ListPage<Member> {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.manageUsers)
            return try await dependencies.storage.members.page(of: actor.organizationID, query)
        }
    }

    /// Gives a member another role, or bars them from the organization, or lets them in again.
    ///
    /// - Throws: `AuthError.missing`, `.memberNotFound`, `.unknownRole`, `.grantsMoreThanHeld`, `.lastAdmin`.
    package func change(
        _ member: UserID,
        role: RoleID?,
        isActive: Bool?,
        by caller: Caller,
        origin: Origin
    ) async throws -> Member {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.members.change(member, role: role, isActive: isActive, by: actor)
        }
    }

    /// Ends a membership: the caller's own, or another's by right.
    ///
    /// - Throws: `AuthError.missing`, `.memberNotFound`, `.grantsMoreThanHeld`, `.lastAdmin`, `.sessionOpenedByAnother` for
    ///   the caller's own.
    package func remove(_ member: UserID, by caller: Caller, origin: Origin) async throws {
        if member == caller.userID { try await dependencies.requireOwnSession(caller, from: origin) }
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.members.remove(member, by: actor)
        }
    }
}
