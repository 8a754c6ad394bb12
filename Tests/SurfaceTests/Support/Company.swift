import Foundation
import Postgres
import Support

/// An organization with an Admin who is logged in.
struct Company: Sendable {
    let id: UUID
    let admin: Person
    /// The Admin's access token.
    let token: String

    var idText: String { id.uuidString.lowercased() }
    var path: String { "/organizations/\(idText)" }
}

/// A member of a company who is logged in.
struct Employee: Sendable {
    let person: Person
    let token: String
}

extension Site {
    func company(_ name: String = "Casa de Llaves") async throws -> Company {
        let admin = try await person("Ada Admin")
        let id = try await organization(name, with: admin, as: "Admin")
        return Company(id: id, admin: admin, token: try await session(of: admin).access)
    }

    func employee(of company: Company, _ name: String = "Eva Empleada", as role: String) async throws -> Employee {
        let person = try await person(name)
        try await join(person, to: company.id, as: role)
        return Employee(person: person, token: try await session(of: person).access)
    }

    /// A member whose role allows exactly this.
    func employee(
        of company: Company,
        _ name: String = "Eva Empleada",
        allowing permissions: [String]
    ) async throws -> Employee {
        let role = "Rol \(UInt64.random(in: 0 ... .max))"
        _ = try await self.role(role, allowing: permissions, in: company)
        return try await employee(of: company, name, as: role)
    }

    /// Makes a role in the database.
    @discardableResult
    func role(_ name: String, allowing permissions: [String], in company: Company) async throws -> UUID {
        let id = UUID()
        try await database.run(
            """
            INSERT INTO portero.roles (id, organization_id, name) VALUES (\(id), \(company.id), \(name))
            """
        )
        try await database.run(
            """
            INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
            SELECT \(company.id), \(id), p.id FROM portero.permissions p
             WHERE p.name = ANY (\(permissions)) AND coalesce(p.organization_id, \(company.id)) = \(company.id)
            """
        )
        return id
    }

    func builtInRole(_ name: String, of company: Company) async throws -> String {
        try await database.value(
            "SELECT id::text FROM portero.roles WHERE organization_id = \(company.id) AND name = \(name) AND built_in"
        ) ?? ""
    }

    /// The events of an organization's audit trail, oldest first, without logins.
    func events(of company: Company) async throws -> [String] {
        try await database.texts(
            """
            SELECT concat_ws(' ', event, reason) FROM portero.auth_logs
             WHERE organization_id = \(company.id) AND event NOT LIKE 'authn%' ORDER BY occurred_at, id
            """
        )
    }

    /// What the newest row of an event says in detail.
    func details(of event: String, in company: Company) async throws -> JSONText? {
        let text: String? = try await database.value(
            """
            SELECT details::text FROM portero.auth_logs
             WHERE organization_id = \(company.id) AND event = \(event) ORDER BY occurred_at DESC, id DESC LIMIT 1
            """
        )
        return text.flatMap { JSONText(Array($0.utf8)) }
    }
}
