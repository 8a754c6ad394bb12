package import Domain
import FoundationEssentials
package import Storage

extension AdministrationService {
    /// Makes an organization that nobody is a member of yet.
    ///
    /// - Throws: `AuthError.slugTaken`, `.domainTaken`, `.unavailable`.
    package func makeOrganization(name: String, slug: String, domains: [HostName]) async throws {
        try await repository.makeOrganization(
            OrganizationID.make(at: Date()),
            name: name,
            slug: slug,
            domains: domains,
            origin: .commandLine
        )
    }

    /// Gives hosts to an organization and takes others away; `moving` takes them from another one that has them.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.domainTaken`, `.unavailable`.
    package func changeDomains(
        of slug: String,
        adding added: [HostName],
        removing removed: [HostName],
        moving: Bool
    ) async throws -> DomainOutcome {
        let outcome = try await repository.changeDomains(
            of: slug,
            adding: added,
            removing: removed,
            moving: moving,
            origin: .commandLine
        )
        guard let outcome else { throw AuthError.organizationNotFound }
        return outcome
    }

    /// Every organization, by slug.
    package func organizations() async throws -> [ListedOrganization] {
        try await repository.organizations()
    }
}
