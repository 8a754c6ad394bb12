import Foundation
import Postgres
import Support

/// An escape room with an Admin who is logged in.
struct Business: Sendable {
    let site: Site
    let visitor: Visitor
    let id: UUID
    let admin: Person
    let tokens: Tokens

    var idText: String { id.uuidString.lowercased() }
    var path: String { "/organizations/\(idText)" }
    var invitations: String { "\(path)/invitations" }
    var serviceKeys: String { "\(path)/service-keys" }

    /// One of its roles.
    func role(_ name: String) async throws -> UUID {
        try await site.database.value(
            "SELECT id FROM portero.roles WHERE organization_id = \(id) AND name = \(name)"
        ) ?? UUID()
    }

    /// Makes a role of its own.
    func makeRole(_ name: String, _ permissions: [String]) async throws -> UUID {
        let role = UUID()
        try await site.database.run(
            "INSERT INTO portero.roles (id, organization_id, name) VALUES (\(role), \(id), \(name))"
        )
        try await site.database.run(
            """
            INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
            SELECT \(id), \(role), p.id FROM portero.permissions p WHERE p.name = ANY (\(permissions))
            """
        )
        return role
    }

    /// A member with one of its roles who is logged in.
    func member(_ role: String, _ name: String = "Bruno Llaves") async throws -> (person: Person, tokens: Tokens) {
        let person = try await site.person(name)
        try await site.join(person, to: id, as: role)
        return (person, try await site.session(of: person, visitor))
    }

    /// A member who may do all that is named, and nothing else.
    func member(with permissions: [String]) async throws -> (person: Person, tokens: Tokens) {
        let name = "Rol \(UInt32.random(in: 0 ... .max))"
        _ = try await makeRole(name, permissions)
        return try await member(name)
    }

    /// Invites an address as the Admin.
    func invite(
        _ email: String,
        as role: String = "Staff",
        language: String = "es",
        token: String? = nil
    ) async throws -> Reply {
        try await visitor.post(
            invitations,
            ["email": .string(email), "role_id": .string(try await self.role(role).uuidString.lowercased())],
            token: token ?? tokens.access,
            headers: [("Accept-Language", language)]
        )
    }

    /// Invites an address, and takes the token out of the mail.
    func invitation(to email: String, as role: String = "Staff") async throws -> (id: String, token: String) {
        let before = try site.mails.mails(to: email).count { $0.invitationToken != nil }
        let reply = try await invite(email, as: role)
        guard reply.status == 201 else { throw UnexpectedReply(reply: reply) }
        return (reply.string("id"), try await site.mails.invitationToken(to: email, number: before + 1))
    }

    /// Events of the organization's audit trail with actor, address and role, oldest first.
    func events(_ prefix: String) async throws -> [String] {
        try await site.database.texts(
            """
            SELECT concat_ws(' ', event, reason, CASE WHEN actor_id = \(admin.id) THEN 'by the admin' END,
                             details -> 'before' ->> 'role', details -> 'after' ->> 'role')
              FROM portero.auth_logs WHERE organization_id = \(id) AND event LIKE \(prefix) || '%'
             ORDER BY occurred_at, id
            """
        )
    }
}

extension Site {
    func business(_ name: String = "La Cripta", _ visitor: Visitor? = nil) async throws -> Business {
        let visitor = visitor ?? self.visitor()
        let admin = try await person("Ana Llaves")
        let id = try await organization(name, with: admin, as: "Admin")
        return Business(
            site: self,
            visitor: visitor,
            id: id,
            admin: admin,
            tokens: try await session(of: admin, visitor)
        )
    }

    /// Sees to it that a request changes nothing that is kept.
    func changingNothing(_ body: () async throws -> Void) async throws {
        let before = try await database.state()
        try await body()
        let after = try await database.state()
        guard after == before else { throw Changed(before: before, after: after) }
    }

    struct Changed: Error {
        let before: String
        let after: String
    }
}

extension Visitor {
    /// Posts until the server has the time: of many at once, a busy machine tells some to come back.
    func insist(_ path: String, _ body: JSONText, token: String? = nil) async throws -> Reply {
        while true {
            let reply = try await post(path, body, token: token)
            if reply.status != 503 { return reply }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension WrittenMail {
    /// What stands in the link of an invitation.
    var invitationToken: String? {
        text.firstMatch(of: /\/invitations\/accept#token=([A-Za-z0-9_-]{43})\s/).map { String($0.1) }
    }
}

extension MailFolder {
    func invitationToken(to address: String, number: Int = 1) async throws -> String {
        try await mail(to: address, number: number) { $0.invitationToken != nil }.invitationToken ?? ""
    }
}
