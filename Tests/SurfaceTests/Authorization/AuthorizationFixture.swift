import Foundation
import Postgres
import Support

/// An organization made for a row of the matrix, with what its path and body name, and whoever asks.
struct AuthorizationFixture: Sendable {
    /// What `{name}` stands for.
    private var names: [String: String]
    /// What the caller shows of themselves.
    private var token: String?
    private var key: String?
    private let host: String
    private let organization = UUID()
    private let owner = UUID()

    /// Makes what `text` names, which is all that will be `filled`.
    init(naming text: String, at site: Site, _ visitor: Visitor) async throws {
        let member = UUID()
        host = "\(organization.text).example"
        names = [
            "organization": organization.text, "member": member.text, "unique": organization.text,
            "permission": "own_permission",
        ]
        try await site.makeOrganization(organization, at: host)
        try await site.put(owner, in: organization, role: "Admin")
        try await site.put(member, in: organization, role: "Usuario")
        names.merge(try await site.names(of: organization, member)) { $1 }
        if text.contains("{invitation}") { try await makeInvitation(at: site, visitor) }
        if text.contains("{service_key}") {
            names["service_key"] = try await makeServiceKey(at: site, visitor).string("id")
        }
        if text.contains("{member_token}") || text.contains("{member_ses") {
            let token = try await site.token(of: member, in: organization, visitor)
            for (name, value) in try await site.names(ofSessionOf: member, token) { names["member_\(name)"] = value }
        }
    }

    /// The same with a caller, who is made for it.
    func admitting(_ actor: Actor, at site: Site, _ visitor: Visitor) async throws -> AuthorizationFixture {
        var fixture = self
        try await fixture.admit(actor, at: site, visitor)
        return fixture
    }

    /// A text of the matrix with names in the place of `{names}`; `{key}` and the like would stay, and fail.
    func filled(_ text: String) -> String {
        names.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// What the caller sends with every request.
    func headers(in contract: Contract) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = contract == .escapeRoom ? [] : [("Host", host)]
        if let token { headers.append(contract.header(for: token)) }
        if let key { headers.append(("x-service-key", key)) }
        return headers
    }

    private mutating func makeInvitation(at site: Site, _ visitor: Visitor) async throws {
        let body: JSONText = ["email": .string(Site.newEmail("invitada")), "role_id": .string(names["usuario"] ?? "")]
        let reply = try await visitor.post(
            filled("/organizations/{organization}/invitations"),
            body,
            token: site.token(of: owner, in: organization, visitor)
        )
        guard reply.status == 201 else { throw UnexpectedReply(reply: reply) }
        names["invitation"] = reply.string("id")
    }

    /// One that holds all permissions.
    private func makeServiceKey(at site: Site, _ visitor: Visitor) async throws -> Reply {
        let all = Actor.admin.permissions ?? []
        let reply = try await visitor.post(
            filled("/organizations/{organization}/service-keys"),
            ["name": "Bookings", "permissions": .array(all.map { .string($0) })],
            token: site.token(of: owner, in: organization, visitor)
        )
        guard reply.status == 201 else { throw UnexpectedReply(reply: reply) }
        return reply
    }

    private mutating func admit(_ actor: Actor, at site: Site, _ visitor: Visitor) async throws {
        let person = UUID()
        switch actor {
        case .anonymous: break
        case .serviceKey: key = try await makeServiceKey(at: site, visitor).string("key")
        case .foreign:
            let home = UUID()
            try await site.makeOrganization(home, at: "\(home.text).example")
            try await site.put(person, in: home, role: "Admin")
            token = try await site.token(of: person, in: home, visitor)
        case .admin:
            try await site.put(person, in: organization, role: "Admin")
            token = try await site.token(of: person, in: organization, visitor)
        default:
            try await site.makeRole(person.text, with: actor.permissions ?? [], in: organization)
            try await site.put(person, in: organization, role: person.text)
            token = try await site.token(of: person, in: organization, visitor)
        }
        names.merge(try await site.names(ofSessionOf: person, token ?? "nobodys")) { $1 }
        if actor == .expired {
            try await site.database.run(
                "UPDATE portero.sessions SET expires_at = now() - interval '1 second' WHERE user_id = \(person)"
            )
        }
        if actor == .ended {
            let reply = try await visitor.post("/auth/logout", token: token)
            guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
        }
    }
}

extension UUID {
    fileprivate var text: String { uuidString.lowercased() }
}
