import Foundation
import Postgres
import Support

/// An organization of its own behind a domain of its own, with a log that is filled at will, and its Admin.
struct LoggedTenant: Sendable {
    let site: Site
    let visitor: Visitor
    let id: UUID
    let host: String
    let admin: Person
    let token: String

    func ask(_ path: String, _ body: String? = nil, token: String? = nil) async throws -> Reply {
        try await visitor.send(
            body == nil ? "GET" : "POST",
            "/api/auth/\(path)",
            body: body ?? "",
            token: token ?? self.token,
            headers: [("Host", host)]
        )
    }

    /// Rows of the audit trail, this many days old.
    func log(
        _ event: String,
        daysAgo: Double = 0,
        user: UUID? = nil,
        email: String? = nil,
        address: String = "203.0.113.7",
        times: Int = 1
    ) async throws {
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (occurred_at, event, success, user_id, organization_id, email, address)
            SELECT now() - make_interval(secs => \(daysAgo * 86_400)), \(event), \(!event.hasSuffix("fail")), \(user),
                   \(id), \(email), \(address)::text::inet
              FROM generate_series(1, \(times))
            """
        )
    }
}

extension Site {
    func loggedTenant() async throws -> LoggedTenant {
        let visitor = visitor()
        let admin = try await person()
        let id = try await organization("Sala", with: admin, as: "Admin")
        let host = "sala-\(UInt64.random(in: 0 ... .max)).example"
        try await give(host, to: id)
        let token = try await session(of: admin, visitor).access
        return LoggedTenant(site: self, visitor: visitor, id: id, host: host, admin: admin, token: token)
    }
}
