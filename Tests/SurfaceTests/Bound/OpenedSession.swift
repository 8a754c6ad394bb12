import Foundation
import Postgres
import Support

/// A session in the default organization that somebody else opened for a member.
struct OpenedSession: Sendable {
    enum Opener: String, CaseIterable, Sendable {
        case member
        case program
    }

    let site: Site
    let person: Person
    /// Of the person and of the member who opened it, by name; each has its role for themselves.
    let personRole: String
    let openerRole: String
    let opener: Person
    /// The member's own token, or what was opened with a service key has none.
    let openerToken: String
    let key: (id: String, text: String)?
    let admin: String
    let organization: UUID
    let token: String
    let number: Int

    var path: String { "/organizations/\(organization.uuidString.lowercased())" }
}

extension Site {
    /// Opens a session for a member whose role allows `rights`, by somebody who holds `manage_sessions` and these.
    func opened(
        by opener: OpenedSession.Opener = .member,
        for known: Person? = nil,
        holding rights: [String] = [],
        at visitor: Visitor
    ) async throws -> OpenedSession {
        let (personRole, openerRole) = (try await boundRole(rights), try await boundRole(rights + ["manage_sessions"]))
        let organization = try await defaultOrganization()
        let person: Person
        if let known {
            person = known
            try await join(known, to: organization, as: personRole)
        } else {
            person = try await boundMember(as: personRole)
        }
        let member = try await boundMember(as: openerRole)
        let memberToken = try await visitor.track(member).token
        let admin = try await visitor.track(boundMember(as: "Admin")).token
        var key: (id: String, text: String)?
        if opener == .program {
            let made = try await visitor.post(
                "/organizations/\(organization.uuidString.lowercased())/service-keys",
                ["name": "Quiosco", "permissions": .array((rights + ["manage_sessions"]).map { .string($0) })],
                token: admin
            )
            key = (made.string("id"), made.string("key"))
        }
        let reply = try await visitor.open(for: number(of: person), token: memberToken, key: key?.text)
        guard reply.status == 201, let number = reply["ID_Sesion"]?.integer else { throw UnexpectedReply(reply: reply) }
        return OpenedSession(
            site: self,
            person: person,
            personRole: personRole,
            openerRole: openerRole,
            opener: member,
            openerToken: memberToken,
            key: key,
            admin: admin,
            organization: organization,
            token: reply.string("Token_Sesion"),
            number: number
        )
    }
}

extension Visitor {
    /// Opens a session at `/sesiones` for a person with this number; with a key, no token is sent.
    func open(for person: Int, token: String?, key: String? = nil) async throws -> Reply {
        let credentials = key.map { ("x-service-key", $0) } ?? token.map { ("x-auth-token", $0) }
        return try await post(
            "/sesiones",
            ["ID_Usuario": .integer(person), "Dispositivo": "Tableta"],
            headers: credentials.map { [(name: $0.0, value: $0.1)] } ?? []
        )
    }
}
