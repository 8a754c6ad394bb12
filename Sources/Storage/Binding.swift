package import Domain
import Postgres

/// Where a request belongs whose contract knows no organization: to the one that has its host, else to one by its slug.
package struct Binding: Sendable {
    package let host: HostName?
    package let fallbackSlug: String

    package init(host: HostName?, fallbackSlug: String) {
        self.host = host
        self.fallbackSlug = fallbackSlug
    }

    /// The two parameters of a gate that finds the organization by itself.
    var arguments: SQL { "\(host?.text), \(fallbackSlug)" }
}

/// What every such gate may refuse.
let boundRefusals: [String: AuthError] = ["organization_not_bound": .organizationNotBound]

extension BoundPerson {
    /// Nil, all columns read, for somebody who is no active member.
    init?(_ row: inout Row) throws(PostgresError) {
        let number: Int? = try row.nextIfPresent()
        guard let number else {
            for _ in 0..<10 { row.skip() }
            return nil
        }
        self.init(
            number: number,
            email: try row.next(),
            username: try row.nextIfPresent(),
            fullName: try row.next(),
            isActive: try row.next(),
            isVerified: try row.next(),
            lastLoginAt: try row.nextIfPresent(),
            createdAt: try row.next(),
            role: NumberedRole(number: try row.next(), name: try row.next()),
            permissions: try row.next()
        )
    }
}
