import Domain
import Services
import Storage

extension Workplace {
    func createOrganization(_ order: OrganizationOrder) async throws -> String {
        try await administering { service in
            try await service.makeOrganization(name: order.name, slug: order.slug, domains: order.domains)
        }
        return "created \(order.slug)"
    }

    func changeDomains(_ order: DomainOrder) async throws -> String {
        try await administering { service in
            do {
                let outcome = try await service.changeDomains(
                    of: order.slug,
                    adding: order.added,
                    removing: order.removed,
                    moving: order.moves
                )
                switch outcome {
                case .changed(let domains):
                    return "\(order.slug) has \(domains.isEmpty ? "no domain" : together(domains))"
                case .obstructed(by: let host, holder: let holder):
                    throw Failure(.failed, order.refusal(of: host, of: holder) + "; nothing was changed")
                }
            } catch let refusal as AuthError {
                switch refusal {
                case .organizationNotFound:
                    throw Failure(.failed, "--slug names no organization, got \(quoted(order.slug))")
                case .domainTaken:
                    throw Failure(
                        .failed,
                        "another organization took one of these hosts at the same moment; nothing was changed, try again"
                    )
                default: throw refusal
                }
            }
        }
    }
}

extension DomainOrder {
    /// Why nothing was changed: whose the host is that is in the way.
    fileprivate func refusal(of host: String, of holder: String?) -> String {
        if added.contains(where: { $0.text == host }) {
            return "--add \(host): it belongs to \(holder ?? "nobody"), from where --move would take it"
        }
        let owner = holder.map { "belongs to \($0), not to \(slug)" } ?? "belongs to no organization"
        return "--remove \(host): it \(owner)"
    }
}
