import Cryptography
import Foundation
import Postgres
import Support

/// What the matrix is filled with, made in the database: quicker than through the server.
extension Site {
    /// Makes an organization with a domain, and a role and a permission of its own that allow nothing.
    func makeOrganization(_ organization: UUID, at domain: String) async throws {
        let slug = organization.uuidString.lowercased()
        try await database.run(
            "INSERT INTO portero.organizations (id, slug, name) VALUES (\(organization), \(slug), 'Matrix')"
        )
        try await database.run(
            """
            WITH domain AS (
                INSERT INTO portero.organization_domains (domain, organization_id) VALUES (\(domain), \(organization))
            ), role AS (
                INSERT INTO portero.roles (id, organization_id, name) VALUES (gen_random_uuid(), \(organization), 'Own')
            )
            INSERT INTO portero.permissions (organization_id, name) VALUES (\(organization), 'own_permission')
            """
        )
    }

    func makeRole(_ name: String, with permissions: [String], in organization: UUID) async throws {
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

    /// Makes an account with the password of `Person`, and its membership.
    func put(_ person: UUID, in organization: UUID, role: String) async throws {
        try await database.run(
            """
            WITH person AS (
                INSERT INTO portero.users (id, email, full_name, email_verified_at, password_hash)
                VALUES (\(person), \(Site.newEmail()), 'Ana Llaves', now(), \(Person.passwordHash)) RETURNING id
            )
            INSERT INTO portero.memberships (organization_id, user_id, role_id)
            SELECT \(organization), person.id, r.id FROM person, portero.roles r
             WHERE r.organization_id = \(organization) AND r.name = \(role)
            """
        )
    }

    /// An access token by way of a session that no password has opened, which would take a hash for each cell.
    func token(of person: UUID, in organization: UUID, _ visitor: Visitor) async throws -> String {
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

    /// What the matrix calls an organization's roles and its member.
    func names(of organization: UUID, _ member: UUID) async throws -> [String: String] {
        try await named(
            """
            SELECT 'role ' || id FROM portero.roles WHERE organization_id = \(organization) AND name = 'Own'
            UNION ALL
            SELECT 'role_number ' || number FROM portero.roles WHERE organization_id = \(organization) AND name = 'Own'
            UNION ALL
            SELECT 'usuario ' || id FROM portero.roles WHERE organization_id = \(organization) AND name = 'Usuario'
            UNION ALL
            SELECT unnest(ARRAY['member_person ' || number, 'member_email ' || email]) FROM portero.users
             WHERE id = \(member)
            """
        )
    }

    /// What it calls somebody's only session; of somebody who has none, what nobody has.
    func names(ofSessionOf person: UUID, _ token: String) async throws -> [String: String] {
        let nobody = [
            "person": "9007199254740991", "session_number": "9007199254740991", "session": UUID().uuidString,
            "sesion": "{}",
        ]
        let names = try await named(
            """
            SELECT unnest(ARRAY[
                       'person ' || u.number, 'session_number ' || s.number, 'session ' || s.id,
                       'sesion ' || json_build_object(
                           'ID_Sesion', s.number, 'ID_Usuario', u.number, 'Token_Sesion', \(token)::text,
                           'Fecha_Inicio', floor(extract(epoch FROM s.created_at)),
                           'Fecha_Expiracion', floor(extract(epoch FROM s.expires_at)), 'Estado_Sesion', 1,
                           'Ultima_Actividad', floor(extract(epoch FROM s.last_seen_at)), 'Dispositivo', 'Tableta')
                   ])
              FROM portero.sessions s JOIN portero.users u ON u.id = s.user_id WHERE s.user_id = \(person)
            """
        )
        return nobody.merging(names) { $1 }.merging(["token": token]) { $1 }
    }

    /// Rows of a name, a space and what it stands for.
    private func named(_ question: SQL) async throws -> [String: String] {
        let pairs = try await database.texts(question).map { row in
            let end = row.firstIndex(of: " ") ?? row.endIndex
            return (String(row[..<end]), String(row[end...].dropFirst()))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
