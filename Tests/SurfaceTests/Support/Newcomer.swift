import Foundation
import Postgres
import Support

/// Somebody who registers at one of the contracts that make members.
struct Newcomer: Sendable {
    let contract: Contract
    let staff: Staff
    let doors: Doors
    let email = Site.newEmail()
    let username = "nuevo\(UInt64.random(in: 0 ... .max))"

    init(_ contract: Contract, _ staff: Staff, _ doors: Doors) {
        self.contract = contract
        self.staff = staff
        self.doors = doors
    }

    /// Asks for a role by its name, of which usuarios is sent the number; at the organization's own host, unless another is
    /// named.
    func register(
        as role: String? = nil,
        saying more: [String: JSONText] = [:],
        token: String? = nil,
        host: String? = nil
    ) async throws -> Reply {
        var body: [String: JSONText] = ["email": .string(email), "password": .string(Person.password)]
        if contract == .usuarios {
            body["username"] = .string(username)
            if let role { body["rolId"] = .integer(try await staff.roleNumber(role)) }
        } else {
            body["name"] = "Nueva Persona"
            if let role { body["role"] = .string(role) }
        }
        return try await contract.visitor(doors).post(
            "/api/auth/register",
            .object(body.merging(more) { $1 }),
            token: token,
            headers: [("Host", host ?? staff.host)]
        )
    }
}

extension Site {
    func accounts(of email: String) async throws -> Int {
        try await database.count("SELECT count(*) FROM portero.users WHERE lower(email) = lower(\(email))")
    }

    /// Organization, role, and whether the address counts as verified.
    func memberships(of email: String) async throws -> [String] {
        try await database.texts(
            """
            SELECT concat_ws(' ', m.organization_id, r.name, u.email_verified_at IS NOT NULL)
              FROM portero.memberships m JOIN portero.roles r ON r.id = m.role_id JOIN portero.users u ON u.id = m.user_id
             WHERE u.email = \(email)
            """
        )
    }
}
