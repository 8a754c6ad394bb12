package import Domain
package import FoundationEssentials
import Storage

/// A key that was just made, and what it is: shown this once.
package struct IssuedServiceKey: Sendable {
    package let key: ServiceKey
    package let text: String
}

/// What staff do with the keys of their organization's own programs.
package struct ServiceKeyService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.missing`, `.grantsMoreThanHeld`, `.unknownPermissions`,
    ///   `.expiryInThePast`, `.tooManyServiceKeys`.
    package func create(
        _ name: FullName,
        permissions: [String],
        expiresAt: Date?,
        by caller: Caller,
        origin: Origin
    ) async throws -> IssuedServiceKey {
        let text = ServiceKeyText.make()
        let new = NewServiceKey(
            id: ServiceKeyID.make(at: dependencies.now()),
            name: name,
            prefix: ServiceKeyText.prefix(of: text),
            digest: ServiceKeyText.digest(of: text) ?? [],
            permissions: permissions,
            expiresAt: expiresAt
        )
        let createdAt = try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.serviceKeys.create(new, by: actor)
        }
        let key = ServiceKey(
            id: new.id,
            name: name.text,
            permissions: Set(permissions).sorted(),
            prefix: new.prefix,
            createdAt: createdAt,
            expiresAt: expiresAt,
            lastUsedAt: nil
        )
        return IssuedServiceKey(key: key, text: text)
    }

    /// Ends a key at once.
    ///
    /// - Throws: `AuthError.missing`, `.serviceKeyNotFound`.
    package func delete(_ key: ServiceKeyID, by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.serviceKeys.delete(key, by: actor)
        }
    }

    /// The keys of the organization in which the caller speaks.
    ///
    /// - Throws: `AuthError.missing`.
    package func list(for caller: Caller) async throws -> [ServiceKey] {
        guard let organization = caller.organizationID else { throw AuthError.organizationNotFound }
        try caller.require(.manageOrganization)
        return try await dependencies.storage.serviceKeys.list(of: organization)
    }
}
