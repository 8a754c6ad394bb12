package import Domain
import Storage

/// Where somebody works, and what they may do there.
package struct PlaceService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Has the caller's session work in another organization from now on; answers an access token for there.
    ///
    /// - Throws: `AuthError.organizationNotFound`, also where there is one that is not theirs; `.unauthenticated` when the
    ///   session ended meanwhile.
    package func move(_ caller: Caller, to organization: OrganizationID, origin: Origin) async throws -> String {
        guard caller.reaches(organization) else { throw AuthError.organizationNotFound }
        let grant = try await dependencies.storage.places.move(
            caller.sessionID,
            of: caller.userID,
            to: organization,
            times: dependencies.tokenTimes(),
            origin: origin
        )
        guard let grant else { throw AuthError.unauthenticated }
        return dependencies.accessToken(for: grant)
    }

    /// Whether the caller, or another person where they may ask that, holds a permission in an organization: the one named, or
    /// the one that they speak in.
    ///
    /// - Throws: Where it is another person: `AuthError.organizationNotFound`, `.missing`.
    package func verdict(
        _ permission: PermissionName,
        in organization: OrganizationID?,
        of user: UserID?,
        askedBy caller: Caller
    ) async throws -> PermissionVerdict {
        let isAboutAnother = user.map { $0 != caller.userID } ?? false
        guard let organization = organization ?? caller.organizationID else {
            if isAboutAnother { throw AuthError.organizationNotFound }
            return .noMembership
        }
        guard caller.reaches(organization) else {
            if isAboutAnother { throw AuthError.organizationNotFound }
            return .noMembership
        }
        return try await dependencies.storage.places.verdict(
            on: user ?? caller.userID,
            in: organization,
            permission,
            askedBy: caller.userID
        )
    }
}
