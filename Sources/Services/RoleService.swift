package import Domain
import Storage

/// The roles of an organization: all members see them, who manages roles makes and changes them.
package struct RoleService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    package func list(for caller: Caller) async throws -> [RoleSummary] {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        return try await dependencies.storage.roles.list(of: organization)
    }

    /// - Throws: `AuthError.roleNotFound`, also where it is another organization's.
    package func role(_ id: RoleID, for caller: Caller) async throws -> RoleSummary {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        guard let role = try await dependencies.storage.roles.list(of: organization, only: id).first else {
            throw AuthError.roleNotFound
        }
        return role
    }

    /// - Throws: `AuthError.missing`, `.unknownPermissions`, `.grantsMoreThanHeld`, `.roleNameTaken`, `.tooManyRoles`.
    package func create(_ role: RoleChange, by caller: Caller, origin: Origin) async throws -> RoleSummary {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.roles.create(RoleID.make(at: dependencies.now()), role, by: actor)
        }
    }

    /// - Throws: the same, `AuthError.roleNotFound`, `.builtIn`, `.lastAdmin`.
    package func change(
        _ id: RoleID,
        _ change: RoleChange,
        by caller: Caller,
        origin: Origin
    ) async throws -> RoleSummary {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.roles.change(id, change, by: actor)
        }
    }

    /// - Throws: `AuthError.missing`, `.roleNotFound`, `.builtIn`, `.grantsMoreThanHeld`, `.roleInUse`.
    package func delete(_ id: RoleID, by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.roles.delete(id, by: actor)
        }
    }
}
