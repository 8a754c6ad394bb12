package import Domain
import Storage

/// The catalogue of permissions, and an organization's own part of it.
package struct PermissionService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// What is built in, and what the caller's active organization has added.
    package func catalogue(for caller: Caller) async throws -> [PermissionSummary] {
        try await dependencies.storage.permissions.catalogue(of: caller.organizationID)
    }

    /// Adds a permission, which the role Admin holds at once.
    ///
    /// - Throws: `AuthError.missing`, `.permissionNameTaken`, `.tooManyPermissions`.
    package func create(
        _ name: PermissionName,
        _ description: String,
        by caller: Caller,
        origin: Origin
    ) async throws -> PermissionSummary {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.permissions.create(name, description, by: actor)
        }
        return PermissionSummary(name: name.text, description: description, isBuiltIn: false)
    }

    /// Deletes a permission from the organization and its roles.
    ///
    /// - Throws: `AuthError.missing`, `.permissionNotFound`, `.builtIn`, `.grantsMoreThanHeld`.
    package func delete(_ name: PermissionName?, by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try caller.require(.manageRoles)
            guard let name else { throw AuthError.permissionNotFound }
            try await dependencies.storage.permissions.delete(name, by: actor)
        }
    }
}
