import Foundation
import Postgres
import Support
import Testing

@Suite("Two organizations", .serving(), .serialized, .timeLimit(.minutes(10)))
struct IsolationScenarios {
    /// An organization whose every text has its marker in it, and the ids of what is in it.
    private struct Tenant: Sendable {
        let marker: String
        let organization: String
        let admin: String
        let member: String
        let role: String
        let permission: String
        let invitation: String
        let serviceKey: String

        /// What nobody else may ever see.
        var secrets: [String] { [marker, organization, member, role, permission, invitation, serviceKey] }

        /// The paths of what is in the organization.
        var things: [(method: String, path: String, body: String)] {
            Self.things(organization, member, role, permission, invitation, serviceKey)
        }

        static func things(
            _ organization: String,
            _ member: String,
            _ role: String,
            _ permission: String,
            _ invitation: String,
            _ serviceKey: String
        ) -> [(method: String, path: String, body: String)] {
            let home = "/organizations/\(organization)"
            return [
                ("PATCH", "\(home)/members/\(member)", #"{"is_active":false}"#),
                ("DELETE", "\(home)/members/\(member)", ""),
                ("GET", "\(home)/roles/\(role)", ""), ("PATCH", "\(home)/roles/\(role)", #"{"name":"Otro"}"#),
                ("DELETE", "\(home)/roles/\(role)", ""), ("DELETE", "\(home)/permissions/\(permission)", ""),
                ("DELETE", "\(home)/invitations/\(invitation)", ""),
                ("POST", "\(home)/invitations/\(invitation)/resend", ""),
                ("DELETE", "\(home)/service-keys/\(serviceKey)", ""),
            ]
        }
    }

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func make(_ method: String, _ path: String, _ body: JSONText, _ token: String) async throws -> Reply {
        let reply = try await visitor.send(method, path, body: body.text, token: token)
        guard reply.status == 201 || reply.status == 200 else { throw UnexpectedReply(reply: reply) }
        return reply
    }

    private func tenant(_ letter: String) async throws -> Tenant {
        let marker = "marca\(letter)\(UInt32.random(in: 0 ... .max))"
        let admin = try await site.person("Ana \(marker)")
        let first = try await site.session(of: admin, visitor).access
        let organization = try await make(
            "POST",
            "/organizations",
            ["name": .string("Sala \(marker)"), "slug": .string("sala-\(marker)")],
            first
        ).string("id")
        let home = "/organizations/\(organization)"
        let token = try await make(
            "POST",
            "/auth/switch-organization",
            ["organization_id": .string(organization)],
            first
        )
        .string("access_token")
        let permission = "abrir_\(marker)"
        _ = try await make("POST", "\(home)/permissions", ["name": .string(permission)], token)
        let role = try await make(
            "POST",
            "\(home)/roles",
            ["name": .string("Guía \(marker)"), "permissions": [.string(permission)]],
            token
        ).string("id")
        let member = try await site.person("Bruno \(marker)")
        try await site.join(member, to: #require(UUID(uuidString: organization)), as: "Staff")
        let invitation = try await make(
            "POST",
            "\(home)/invitations",
            ["email": .string("\(marker)@correo.example"), "role_id": .string(role)],
            token
        ).string("id")
        let key = try await make(
            "POST",
            "\(home)/service-keys",
            ["name": .string("Llave \(marker)"), "permissions": [.string(permission)]],
            token
        ).string("id")
        return Tenant(
            marker: marker,
            organization: organization,
            admin: token,
            member: member.idText,
            role: role,
            permission: permission,
            invitation: invitation,
            serviceKey: key
        )
    }

    @Test("Whatever an Admin lists, searches, sorts or counts, nothing of another organization is in it")
    func crawl() async throws {
        let (one, other) = (try await tenant("uno"), try await tenant("dos"))
        let home = "/organizations/\(other.organization)"
        var paths = [
            "/auth/me", "/auth/sessions", "/auth/invitations", "/organizations", "/permissions", home, "\(home)/roles",
            "\(home)/service-keys", "\(home)/audit-log", "\(home)/audit-log?limit=1", "\(home)/invitations",
            "\(home)/audit-log?user_id=\(one.member)", "\(home)/audit-log?event=organization_created",
        ]
        for sort in ["full_name", "email", "created_at", "role"] {
            for order in ["asc", "desc"] {
                for search in ["", "marca", one.marker, "a", "%25", "_", "%5C"] {
                    paths.append("\(home)/members?sort=\(sort)&order=\(order)&search=\(search)")
                }
            }
        }
        for path in paths {
            let reply = try await visitor.get(path, token: other.admin)
            #expect(reply.status == 200, "\(path): \(reply.answer.text)")
            for secret in one.secrets where !path.contains(secret) || path.contains("/members?") {
                #expect(!reply.answer.text.contains(secret), "\(path)")
            }
        }
        let found = try await visitor.get("\(home)/members?search=\(one.marker)", token: other.admin)
        #expect(found["total"] == 0 && found["data"] == [])
        let all = try await visitor.get("\(home)/members", token: other.admin)
        #expect(all["total"] == 2)
    }

    @Test("Another organization's ids and ids of nothing answer the same bytes, and change nothing")
    func sameBytes() async throws {
        let (one, other) = (try await tenant("uno"), try await tenant("dos"))
        func nobody() -> String { UUID().uuidString.lowercased() }
        let before = try await site.database.state()

        // Their things in my house, and things of nobody.
        let mine = other.organization
        let theirs = Tenant.things(mine, one.member, one.role, one.permission, one.invitation, one.serviceKey)
        let absent = Tenant.things(mine, nobody(), nobody(), "abrir_nada", nobody(), nobody())
        for (their, none) in zip(theirs, absent) { try await same(their, none, as: other) }

        // Their house, and the house of nobody.
        let nowhere = nobody()
        let houses = [
            ("GET", "", ""), ("PATCH", "", #"{"name":"Mía"}"#), ("DELETE", "", ""), ("GET", "/members", ""),
            ("GET", "/invitations", ""), ("GET", "/roles", ""), ("GET", "/audit-log", ""), ("GET", "/service-keys", ""),
            ("POST", "/roles", #"{"name":"Mío","permissions":[]}"#), ("POST", "/permissions", #"{"name":"mine"}"#),
            ("POST", "/service-keys", #"{"name":"Mía","permissions":[]}"#),
            ("POST", "/invitations", #"{"email":"x@correo.example","role_id":"\#(other.role)"}"#),
        ]
        for (method, rest, body) in houses {
            try await same(
                (method, "/organizations/\(one.organization)\(rest)", body),
                (method, "/organizations/\(nowhere)\(rest)", body),
                as: other
            )
        }
        for (method, path, body) in one.things {
            let elsewhere = path.replacing(one.organization, with: nowhere)
            try await same((method, path, body), (method, elsewhere, body), as: other)
        }
        for path in ["/auth/switch-organization"] {
            try await same(
                ("POST", path, #"{"organization_id":"\#(one.organization)"}"#),
                ("POST", path, #"{"organization_id":"\#(nowhere)"}"#),
                as: other
            )
        }
        #expect(try await site.database.state() == before)
    }

    private func same(
        _ one: (method: String, path: String, body: String),
        _ other: (method: String, path: String, body: String),
        as tenant: Tenant
    ) async throws {
        let first = try await visitor.send(one.method, one.path, body: one.body, token: tenant.admin)
        let second = try await visitor.send(other.method, other.path, body: other.body, token: tenant.admin)
        #expect(first.status == 404, "\(one.method) \(one.path): \(first.answer.text)")
        #expect(first.answer.body == second.answer.body, "\(one.method) \(one.path)")
        let names = [first, second].map { $0.answer.headers.map(\.name) }
        #expect(names[0] == names[1])
    }

    @Test("A role of another organization cannot be given, nor be put into an invitation")
    func foreignRoles() async throws {
        let (one, other) = (try await tenant("uno"), try await tenant("dos"))
        let before = try await site.database.state()
        let home = "/organizations/\(other.organization)"
        let given = try await visitor.patch(
            "\(home)/members/\(other.member)",
            ["role_id": .string(one.role)],
            token: other.admin
        )
        #expect(given.status == 400 && given.faultyFields == ["role_id"])
        let invited = try await visitor.post(
            "\(home)/invitations",
            ["email": "nueva@correo.example", "role_id": .string(one.role)],
            token: other.admin
        )
        #expect(invited.status == 400 && invited.faultyFields == ["role_id"])
        let role = try await visitor.post(
            "\(home)/roles",
            ["name": "Ajeno", "permissions": [.string(one.permission)]],
            token: other.admin
        )
        #expect(role.status == 400 && role.faultyFields == ["permissions[0]"])
        #expect(try await site.database.state() == before)
    }
}
