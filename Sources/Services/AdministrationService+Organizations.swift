import Domain
import FoundationEssentials
package import Storage

extension AdministrationService {
    /// Makes an organization that nobody is a member of yet.
    ///
    /// - Throws: `AuthError.slugTaken`, `.domainTaken`, `.unavailable`.
    package func makeOrganization(name: String, slug: String, domains: [String]) async throws {
        try await repository.makeOrganization(
            OrganizationID.make(at: Date()),
            name: name,
            slug: slug,
            domains: domains,
            origin: .commandLine
        )
    }

    /// Every organization, by slug.
    package func organizations() async throws -> [ListedOrganization] {
        try await repository.organizations()
    }
}
