package import Domain
import Storage

/// Organizations: anybody makes one, its members see it, who manages it changes it.
package struct OrganizationService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Makes an organization whose first Admin is the caller.
    ///
    /// - Throws: `AuthError.slugTaken`, `.tooManyOrganizations`, `.sessionOpenedByAnother`.
    package func create(
        _ name: FullName,
        slug: Slug?,
        by caller: Caller,
        origin: Origin
    ) async throws -> OwnOrganization {
        try await dependencies.requireOwnSession(caller, from: origin)
        let actor = Actor(
            userID: caller.userID,
            sessionID: caller.sessionID,
            organizationID: OrganizationID.make(at: dependencies.now()),
            origin: origin
        )
        return try await dependencies.storage.organizations.create(name, slug: slug, by: actor, reserving: reservations)
    }

    /// The caller's organizations, or the one that their session was opened in.
    package func list(for caller: Caller) async throws -> [OwnOrganization] {
        try await dependencies.storage.organizations.list(of: caller.userID, only: caller.openedIn)
    }

    /// The organization that the caller was looked up in.
    package func organization(of caller: Caller) async throws -> OwnOrganization {
        guard let id = caller.organizationID,
            let organization = try await dependencies.storage.organizations.list(of: caller.userID, only: id).first
        else { throw AuthError.organizationNotFound }
        return organization
    }

    /// - Throws: `AuthError.missing`, `.slugTaken`, `.domainTaken`, `.domainNotOpen`, `.defaultOrganization`.
    package func change(
        _ change: OrganizationChange,
        by caller: Caller,
        origin: Origin
    ) async throws -> OwnOrganization {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.organizations.change(
                change,
                by: actor,
                reserving: reservations,
                open: (change.domains ?? []).filter { dependencies.settings.openDomains.admits($0) }
            )
        }
    }

    /// - Throws: `AuthError.missing`, `.defaultOrganization`.
    package func delete(by caller: Caller, origin: Origin) async throws {
        try await dependencies.acting(as: caller, from: origin) { actor in
            try await dependencies.storage.organizations.delete(by: actor, reserving: reservations)
        }
    }

    /// The name and the host by which requests reach an organization that they do not name are the operator's to give.
    private var reservations: Reservations {
        Reservations(
            slug: dependencies.settings.defaultOrganization,
            domains: dependencies.settings.publicHost.map { [$0] } ?? []
        )
    }
}
