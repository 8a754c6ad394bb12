import Foundation
import Postgres
import Support

extension Site {
    /// The organization that requests belong to which come to no organization's domain.
    func defaultOrganization() async throws -> UUID {
        try await database.value("SELECT id FROM portero.organizations WHERE slug = 'default'") ?? UUID()
    }

    /// A member of it.
    func boundMember(as role: String = "Usuario") async throws -> Person {
        let person = try await person()
        try await join(person, to: defaultOrganization(), as: role)
        return person
    }

    /// A role of it that allows what is named.
    func boundRole(_ permissions: [String]) async throws -> String {
        let name = "Rol \(UInt32.random(in: 0 ... .max))"
        let (organization, role) = (try await defaultOrganization(), UUID())
        try await database.run(
            "INSERT INTO portero.roles (id, organization_id, name) VALUES (\(role), \(organization), \(name))"
        )
        try await database.run(
            """
            INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
            SELECT \(organization), \(role), p.id FROM portero.permissions p WHERE p.name = ANY (\(permissions))
            """
        )
        return name
    }

    func number(of person: Person) async throws -> Int {
        try await database.count("SELECT number FROM portero.users WHERE id = \(person.id)")
    }

    /// Gives an organization a domain.
    func give(_ domain: String, to organization: UUID) async throws {
        try await database.run(
            "INSERT INTO portero.organization_domains (domain, organization_id) VALUES (\(domain), \(organization))"
        )
    }
}

/// A session that was opened at `/login`.
struct TrackedSession: Sendable {
    let token: String
    let number: Int

    init(_ reply: Reply) throws {
        guard reply.status == 200, let number = reply["session_id"]?.integer else {
            throw UnexpectedReply(reply: reply)
        }
        token = reply.string("access_token")
        self.number = number
    }
}

extension Visitor {
    func track(_ person: Person) async throws -> TrackedSession {
        try TrackedSession(try await post("/login", person.credentials))
    }

    /// A request of the contract sesiones.
    func sesiones(_ method: String, _ path: String, token: String?, _ body: JSONText? = nil) async throws -> Reply {
        try await send(
            method,
            "/sesiones" + path,
            body: body?.text ?? "",
            headers: token.map { [("x-auth-token", $0)] } ?? []
        )
    }
}

extension JSONText {
    /// This object with changes.
    func with(_ changes: [String: JSONText?]) -> JSONText {
        guard case .object(var members) = self else { return self }
        for (name, value) in changes { members[name] = value }
        return .object(members)
    }
}
