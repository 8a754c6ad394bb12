import Cryptography
import Foundation
import Postgres
import Support

/// An organization made for one cell of the matrix: somebody of each kind that it needs, and one of everything that paths
/// and bodies name.
struct AuthorizationFixture: Sendable {
    /// What `{name}` stands for.
    private(set) var names: [String: String]
    /// What the caller shows of themselves.
    private(set) var token: String?
    private(set) var headers: [(name: String, value: String)] = []

    init(for actor: Actor, at site: Site, _ visitor: Visitor) async throws {
        let organization = UUID()
        let (owner, member) = (UUID(), UUID())
        names = [
            "organization": organization.text, "member": member.text, "unique": organization.text,
            "permission": "own_permission",
        ]
        try await site.database.run(
            "INSERT INTO portero.organizations (id, slug, name) VALUES (\(organization), \(organization.text), 'Matrix')"
        )
        try await site.put(owner, in: organization, role: "Admin")
        try await site.put(member, in: organization, role: "Usuario")
        let role: UUID? = try await site.database.value(
            """
            WITH role AS (
                INSERT INTO portero.roles (id, organization_id, name)
                VALUES (gen_random_uuid(), \(organization), 'Own') RETURNING id
            ), permission AS (
                INSERT INTO portero.permissions (organization_id, name) VALUES (\(organization), 'own_permission')
            )
            SELECT id FROM role
            """
        )
        names["role"] = role?.text
        names["usuario"] = try await site.database.value(
            "SELECT id::text FROM portero.roles WHERE organization_id = \(organization) AND name = 'Usuario'"
        )
        let ownerToken = try await site.token(of: owner, in: organization, visitor)
        try await makeInvitation(as: ownerToken, visitor)
        let key = try await makeServiceKey(as: ownerToken, visitor)
        try await admit(actor, key: key, to: organization, at: site, visitor)
    }

    /// A text of the matrix with names in the place of `{names}`; `{key}` and the like would stay, and fail.
    func filled(_ text: String) -> String {
        names.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    private mutating func makeInvitation(as owner: String, _ visitor: Visitor) async throws {
        let body: JSONText = ["email": .string(Site.newEmail("invitada")), "role_id": .string(names["usuario"] ?? "")]
        let reply = try await visitor.post(filled("/organizations/{organization}/invitations"), body, token: owner)
        guard reply.status == 201 else { throw UnexpectedReply(reply: reply) }
        names["invitation"] = reply.string("id")
    }

    private mutating func makeServiceKey(as owner: String, _ visitor: Visitor) async throws -> String {
        let all = Actor.admin.permissions ?? []
        let body: JSONText = ["name": "Bookings", "permissions": .array(all.map { .string($0) })]
        let reply = try await visitor.post(filled("/organizations/{organization}/service-keys"), body, token: owner)
        guard reply.status == 201 else { throw UnexpectedReply(reply: reply) }
        names["service_key"] = reply.string("id")
        return reply.string("key")
    }

    private mutating func admit(
        _ actor: Actor,
        key: String,
        to organization: UUID,
        at site: Site,
        _ visitor: Visitor
    ) async throws {
        let (person, home) = (UUID(), UUID())
        switch actor {
        case .anonymous: names["token"] = "nobody's"
        case .serviceKey:
            names["token"] = "nobody's"
            headers = [("x-service-key", key)]
        case .foreign:
            try await site.database.run(
                "INSERT INTO portero.organizations (id, slug, name) VALUES (\(home), \(home.text), 'Elsewhere')"
            )
            try await site.put(person, in: home, role: "Admin")
            token = try await site.token(of: person, in: home, visitor)
        case .admin:
            try await site.put(person, in: organization, role: "Admin")
            token = try await site.token(of: person, in: organization, visitor)
        default:
            try await site.makeRole("Actor", with: actor.permissions ?? [], in: organization)
            try await site.put(person, in: organization, role: "Actor")
            token = try await site.token(of: person, in: organization, visitor)
        }
        if actor == .expired {
            try await site.database.run(
                "UPDATE portero.sessions SET expires_at = now() - interval '1 second' WHERE user_id = \(person)"
            )
        }
        names["token"] = token ?? names["token"]
        names["session"] =
            try await site.database.value(
                "SELECT id::text FROM portero.sessions WHERE user_id = \(person)"
            ) ?? UUID().text
    }
}

extension UUID {
    fileprivate var text: String { uuidString.lowercased() }
}

extension Site {
    fileprivate func makeRole(_ name: String, with permissions: [String], in organization: UUID) async throws {
        try await database.run(
            """
            WITH role AS (
                INSERT INTO portero.roles (id, organization_id, name)
                VALUES (gen_random_uuid(), \(organization), \(name)) RETURNING id
            )
            INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
            SELECT \(organization), role.id, p.id FROM role, portero.permissions p
             WHERE p.organization_id IS NULL AND p.name = ANY (\(permissions))
            """
        )
    }

    /// Makes an account and its membership.
    fileprivate func put(_ person: UUID, in organization: UUID, role: String) async throws {
        try await database.run(
            """
            WITH person AS (
                INSERT INTO portero.users (id, email, full_name, email_verified_at, password_hash)
                VALUES (\(person), \(Site.newEmail()), 'Ana Llaves', now(), '$2b$10$none') RETURNING id
            )
            INSERT INTO portero.memberships (organization_id, user_id, role_id)
            SELECT \(organization), person.id, r.id FROM person, portero.roles r
             WHERE r.organization_id = \(organization) AND r.name = \(role)
            """
        )
    }

    /// An access token by way of a session that no password has opened, which would take a hash for each cell.
    fileprivate func token(of person: UUID, in organization: UUID, _ visitor: Visitor) async throws -> String {
        let refresh = RandomToken.make()
        let session = UUID()
        try await database.run(
            """
            WITH session AS (
                INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at)
                VALUES (\(session), (random() * 9007199254740990)::bigint + 1, \(person), \(organization), 'escape-room',
                        now() + interval '1 hour')
                RETURNING id
            ), login AS (
                INSERT INTO portero.auth_logs (event, success, user_id, session_id)
                VALUES ('authn_login_success', true, \(person), \(session))
            )
            INSERT INTO portero.refresh_tokens (digest, session_id)
            SELECT \(RandomToken.digest(of: refresh) ?? []), id FROM session
            """
        )
        let reply = try await visitor.post("/auth/refresh", ["refresh_token": .string(refresh)])
        guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
        return reply.string("access_token")
    }
}
