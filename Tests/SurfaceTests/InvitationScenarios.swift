import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Inviting",
    .serving(["PORTERO_PUBLIC_URL": "https://cripta.example/auth"]),
    .serialized,
    .timeLimit(.minutes(10))
)
struct InvitationScenarios {
    static let shape =
        "{created_at: time, email: string, expires_at: time, id: uuid, invited_by: {full_name: string, user_id: uuid}, "
        + "role: {id: uuid, name: string}, status: string}"

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    @Test(
        "An invitation is mailed in the language of who invites, and stands in the list and the audit trail",
        arguments: [("es", "Tienes una invitación", "te invita"), ("en", "You have an invitation", "invites you")]
    )
    func invites(language: String, subject: String, words: String) async throws {
        let business = try await site.business("Cripta \(language)")
        let email = Site.newEmail("Nueva")
        let reply = try await business.invite(email, language: language)
        #expect(reply.shape == "201 \(Self.shape)")
        #expect(reply["email"] == .string(email) && reply["status"] == "pending" && reply["role"]?["name"] == "Staff")
        #expect(reply["invited_by"]?["full_name"] == .string(business.admin.name))
        let mail = try await site.mails.mail(to: email)
        #expect(mail.text.contains(words) && mail.text.contains("Cripta \(language)"))
        #expect(mail.text.contains(business.admin.name) && mail.text.contains("(UTC)"))
        let token = try #require(mail.invitationToken)
        #expect(mail.text.contains("https://cripta.example/auth/invitations/accept#token=\(token)\n"))
        #expect(mail.text.contains("    \(token)\n"))
        #expect(mail.headers["subject"]?.isEmpty == false && !mail.subject.contains("Cripta"))
        if language == "en" { #expect(mail.subject == subject) }
        let list = try await visitor.get(business.invitations, token: business.tokens.access)
        #expect(list.shape == "200 {data: [\(Self.shape)], limit: integer, page: integer, total: integer}")
        #expect(list["data"]?.array == [try #require(reply.json)])
        #expect(list["total"] == 1 && list["page"] == 1 && list["limit"] == 20)
        #expect(try await business.events("invitation") == ["invitation_created by the admin Staff"])
        let isDigest: Bool? = try await site.database.value(
            "SELECT digest = sha256(\(token)::bytea) FROM portero.invitations WHERE email = \(email)"
        )
        #expect(isDigest == true)
    }

    @Test("What cannot be invited is told why, and changes nothing")
    func refusals() async throws {
        let business = try await site.business()
        let other = try await site.business("Otra")
        let (member, _) = try await business.member("Usuario")
        let manager = try await business.member(with: ["manage_users"])
        let pending = Site.newEmail("Pendiente")
        #expect(try await business.invite(pending).status == 201)
        let fresh = Site.newEmail()
        func ask(_ email: String, _ role: UUID, token: String? = nil) async throws -> Reply {
            try await visitor.post(
                business.invitations,
                ["email": .string(email), "role_id": .string(role.uuidString.lowercased())],
                token: token ?? business.tokens.access
            )
        }
        let staff = try await business.role("Staff")
        let foreignRole = try await other.role("Staff")
        let admin = try await business.role("Admin")
        try await site.changingNothing {
            for role in [foreignRole, UUID()] {
                let reply = try await ask(fresh, role)
                #expect(reply.shape == Reply.fieldProblem() && reply.faultyFields == ["role_id"])
            }
            for token in [business.tokens.access, manager.tokens.access] {
                #expect(
                    try await ask(member.email.uppercased(), try await business.role("Usuario"), token: token).status
                        == 409
                )
            }
            let again = try await ask(pending.uppercased(), staff)
            #expect(again.shape == Reply.fieldProblem(409) && again.faultyFields == ["email"])
            #expect(try await ask(fresh, admin, token: manager.tokens.access).shape == Reply.problem(403))
        }
        #expect(try await ask(fresh, try await business.role("Usuario"), token: manager.tokens.access).status == 201)
    }

    @Test("Without the right it is 403, for other tenants the 404 of what is not there, after the session 401")
    func rights() async throws {
        let business = try await site.business()
        let stranger = try await site.business("Otra")
        let staff = try await business.member("Staff").tokens.access
        let former = try await business.member("Admin")
        try await site.database.run(
            """
            UPDATE portero.memberships SET is_active = false
             WHERE organization_id = \(business.id) AND user_id = \(former.person.id)
            """
        )
        let left = try await business.member("Admin").tokens.access
        _ = try await visitor.post("/auth/logout", token: left)
        let (id, _) = try await business.invitation(to: Site.newEmail())
        let body: JSONText = [
            "email": .string(Site.newEmail()),
            "role_id": .string(try await business.role("Staff").uuidString.lowercased()),
        ]
        let routes: [(String, String, JSONText?)] = [
            ("POST", "", body), ("GET", "", nil), ("DELETE", "/\(id)", nil), ("POST", "/\(id)/resend", nil),
        ]
        try await site.changingNothing {
            for (method, rest, body) in routes {
                func ask(_ path: String, _ token: String) async throws -> Reply {
                    try await visitor.send(method, path + "/invitations" + rest, body: body?.text ?? "", token: token)
                }
                #expect(try await ask(business.path, staff).shape == Reply.problem(403), "\(method) \(rest)")
                #expect(try await ask(business.path, left).shape == Reply.problem(401), "\(method) \(rest)")
                let nowhere = try await ask("/organizations/\(UUID())", stranger.tokens.access)
                #expect(nowhere.shape == Reply.problem(404), "\(method) \(rest)")
                for token in [stranger.tokens.access, former.tokens.access] {
                    #expect(try await ask(business.path, token).answer.body == nowhere.answer.body, "\(method) \(rest)")
                }
                #expect(try await ask("/organizations/x", staff).answer.body == nowhere.answer.body)
            }
            // Another organization's invitation, asked for in one's own.
            for rest in ["", "/resend"] {
                let method = rest.isEmpty ? "DELETE" : "POST"
                let replies = try await [id, UUID().uuidString.lowercased(), "x"].asyncMap {
                    try await visitor.send(
                        method,
                        "\(stranger.invitations)/\($0)\(rest)",
                        token: stranger.tokens.access
                    )
                }
                #expect(Set(replies.map(\.answer.text)).count == 1 && replies[0].shape == Reply.problem(404))
            }
        }
    }

    @Test("A list shows pages and one status if asked, and refuses what it does not know")
    func lists() async throws {
        let business = try await site.business()
        for _ in 0..<5 { #expect(try await business.invite(Site.newEmail()).status == 201) }
        try await site.database.run(
            """
            UPDATE portero.invitations SET expires_at = now() WHERE id = (
                SELECT id FROM portero.invitations WHERE organization_id = \(business.id) ORDER BY id LIMIT 1
            )
            """
        )
        func list(_ query: String) async throws -> Reply {
            try await visitor.get("\(business.invitations)?\(query)", token: business.tokens.access)
        }
        var seen: [String] = []
        for page in 1...3 {
            let reply = try await list("page=\(page)&limit=2")
            #expect(reply["total"] == 5)
            seen += (reply["data"]?.array ?? []).compactMap { $0["id"]?.string }
        }
        #expect(seen.count == 5 && Set(seen).count == 5)
        let times = try await list("")["data"]?.array?.compactMap { $0["created_at"]?.string } ?? []
        #expect(times == times.sorted(by: >))
        let beyond = try await list("page=4&limit=2")
        #expect(beyond["data"] == [] && beyond["total"] == 5)
        for (status, count) in [("pending", 4), ("expired", 1), ("accepted", 0), ("refused", 0), ("revoked", 0)] {
            let reply = try await list("status=\(status)")
            #expect(reply["total"] == .integer(count) && reply["data"]?.array?.count == count, "\(status)")
            #expect((reply["data"]?.array ?? []).allSatisfy { $0["status"] == .string(status) })
        }
        for query in [
            "page=0", "page=-1", "page=9223372036854775807", "page=1.0", "page=1&page=2", "limit=0", "limit=101",
            "limit=x",
            "status=PENDING", "status=", "status=%00",
        ] {
            #expect(try await list(query).status == 400, "\(query)")
        }
    }

    @Test("A revoked invitation is dead, and its role may go; while it was pending, the role could not")
    func revokes() async throws {
        let business = try await site.business()
        let role = try await business.makeRole("Guías", ["manage_rooms"])
        let email = Site.newEmail()
        let (id, token) = try await business.invitation(to: email, as: "Guías")
        let path = "\(business.invitations)/\(id)"
        await #expect(throws: PostgresError.self) {
            try await site.database.run("DELETE FROM portero.roles WHERE id = \(role)")
        }
        #expect(try await visitor.delete(path, token: business.tokens.access).shape == "204")
        #expect(try await visitor.delete(path, token: business.tokens.access).shape == Reply.problem(409))
        #expect(try await visitor.post("\(path)/resend", token: business.tokens.access).status == 409)
        let accept = try await visitor.post("/invitations/accept", ["token": .string(token)])
        #expect(accept.shape == Reply.problem(404))
        try await site.database.run("DELETE FROM portero.roles WHERE id = \(role)")
        let list = try await visitor.get("\(business.invitations)?status=revoked", token: business.tokens.access)
        #expect(list["data"]?.array?.first?["role"] == ["id": nil, "name": "Guías"])
        #expect(
            try await business.events("invitation")
                == ["invitation_created by the admin Guías", "invitation_revoked by the admin"]
        )
        #expect(try await business.invite(email).status == 201)
    }

    @Test("Sent again, an invitation has another token and seven days anew; the old token is dead")
    func resends() async throws {
        let business = try await site.business()
        let email = Site.newEmail()
        let (id, old) = try await business.invitation(to: email)
        // Its time is over: it may be sent again, or somebody be invited anew, and its role may go.
        try await site.database.run(
            "UPDATE portero.invitations SET expires_at = now() WHERE id = \(UUID(uuidString: id))"
        )
        let reply = try await visitor.post("\(business.invitations)/\(id)/resend", token: business.tokens.access)
        #expect(reply.shape == "200 \(Self.shape)" && reply["status"] == "pending")
        let days: Int = try await site.database.count(
            "SELECT round(extract(epoch FROM expires_at - now()) / 86400)::bigint FROM portero.invitations WHERE email = \(email)"
        )
        #expect(days == 7)
        let new = try await site.mails.invitationToken(to: email, number: 2)
        #expect(new != old)
        let body: JSONText = ["full_name": "Eva Nueva", "password": "ContraseñaSegura123!"]
        func accept(_ token: String) async throws -> Int {
            guard case .object(var members) = body else { return 0 }
            members["token"] = .string(token)
            return try await visitor.post("/invitations/accept", .object(members)).status
        }
        #expect(try await accept(old) == 404)
        #expect(try await accept(new) == 201)
    }

    @Test("An expired invitation stands in nobody's way")
    func expired() async throws {
        let business = try await site.business()
        let role = try await business.makeRole("Guías", ["manage_rooms"])
        let email = Site.newEmail()
        let (_, token) = try await business.invitation(to: email, as: "Guías")
        try await site.database.run("UPDATE portero.invitations SET expires_at = now() WHERE email = \(email)")
        #expect(try await visitor.post("/invitations/accept", ["token": .string(token)]).status == 404)
        #expect(try await visitor.post("/invitations/refuse", ["token": .string(token)]).status == 404)
        #expect(try await business.invite(email, as: "Guías").status == 201)
        try await site.database.run("UPDATE portero.invitations SET expires_at = now() WHERE email = \(email)")
        try await site.database.run("DELETE FROM portero.roles WHERE id = \(role)")
        let states = try await site.database.texts("SELECT status FROM portero.invitations WHERE email = \(email)")
        #expect(states == ["expired", "expired"])
    }

    @Test("Ten invitations a day are mailed to an address, whoever sends them")
    func mailLimit() async throws {
        let email = Site.newEmail("Solicitada")
        let businesses = [try await site.business("Uno"), try await site.business("Dos")]
        let (id, _) = try await businesses[0].invitation(to: email)
        try await site.database.run(
            """
            INSERT INTO portero.mail_outbox (id, kind, recipient, language, sent_at, created_at)
            SELECT gen_random_uuid(), 'invitation', upper(\(email)), 'es', now(), now() - interval '23 hours'
              FROM generate_series(1, 9)
            """
        )
        try await site.changingNothing {
            let replies = [
                try await businesses[1].invite(email),
                try await visitor.post("\(businesses[0].invitations)/\(id)/resend", token: businesses[0].tokens.access),
            ]
            for reply in replies {
                #expect(reply.shape == Reply.problem(429))
                #expect((3500...3600).contains(Int(reply.header("Retry-After") ?? "") ?? 0))
            }
        }
        #expect(try await businesses[1].events("invitation") == ["invitation_created too_many_mails by the admin"])
        #expect(try await businesses[1].invite(Site.newEmail()).status == 201)
    }

    @Test("A thousand invitations may be pending, and no more")
    func pendingLimit() async throws {
        let business = try await site.business()
        let role = try await business.role("Staff")
        let thousand = """
            INSERT INTO portero.invitations (id, organization_id, email, role_id, role_name, digest, expires_at)
            SELECT gen_random_uuid(), '\(business.id)', 'n' || n || '@correo.example', '\(role)', 'Staff',
                   sha256((n || '\(business.id)')::bytea), now() + interval '1 hour'
              FROM generate_series(1, 1000) n
            """
        // However long it takes: no statement of the test's own database may.
        try await Script.run(thousand, url: site.scratch.url, on: TestLoops.next())
        #expect(try await business.invite(Site.newEmail()).shape == Reply.problem(409))
        try await site.database.run(
            "UPDATE portero.invitations SET expires_at = now() WHERE email = 'n1@correo.example' AND organization_id = \(business.id)"
        )
        #expect(try await business.invite(Site.newEmail()).status == 201)
    }

    @Test("Of those who invite one address at once, one does")
    func atOnce() async throws {
        let business = try await site.business()
        let email = Site.newEmail()
        let body: JSONText = [
            "email": .string(email), "role_id": .string(try await business.role("Staff").uuidString.lowercased()),
        ]
        let statuses = try await site.atOnce(12) { visitor, _ in
            try await visitor.insist(business.invitations, body, token: business.tokens.access).status
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 11))
    }
}

extension Array {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
