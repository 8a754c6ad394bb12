import Foundation
import Postgres
import Support
import Testing

@Suite("Service keys", .serving(), .serialized, .timeLimit(.minutes(10)))
struct ServiceKeyScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func introspect(_ token: String, _ key: String) async throws -> Reply {
        try await visitor.post("/auth/introspect", ["token": .string(token)], headers: [("x-service-key", key)])
    }

    @Test("A key is shown once, works until it is deleted, and is listed without what it is")
    func wholeLife() async throws {
        let business = try await site.business()
        let body: JSONText = [
            "name": " Reservas ", "permissions": ["manage_rooms", "manage_bookings", "manage_rooms"],
        ]
        let made = try await visitor.post(business.serviceKeys, body, token: business.tokens.access)
        #expect(
            made.shape
                == "201 {created_at: time, expires_at: null, id: uuid, key: string, name: string, permissions: [string], "
                + "prefix: string}"
        )
        #expect(made["name"] == "Reservas" && made["permissions"] == ["manage_bookings", "manage_rooms"])
        let key = made.string("key")
        #expect(key.wholeMatch(of: /psk_[A-Za-z0-9_-]{43}/) != nil && key.hasPrefix(made.string("prefix")))
        #expect(made.string("prefix").count == 10)
        #expect(try await introspect(business.tokens.access, key)["active"] == true)

        let list = try await visitor.get(business.serviceKeys, token: business.tokens.access)
        #expect(
            list.shape
                == "200 [{created_at: time, expires_at: null, id: uuid, last_used_at: time, name: string, "
                + "permissions: [string], prefix: string}]"
        )
        #expect(list.json?.array?.first?["id"] == made["id"])
        let path = "\(business.serviceKeys)/\(made.string("id"))"
        #expect(try await visitor.delete(path, token: business.tokens.access).shape == "204")
        #expect(try await introspect(business.tokens.access, key).shape == Reply.problem(401))
        #expect(try await visitor.delete(path, token: business.tokens.access).shape == Reply.problem(404))
        #expect(try await visitor.get(business.serviceKeys, token: business.tokens.access).json == [])
        #expect(
            try await business.events("service_key")
                == ["service_key_created by the admin", "service_key_deleted by the admin"]
        )
    }

    @Test("A key ends when it should, and nobody makes one that has ended")
    func expiry() async throws {
        let business = try await site.business()
        func make(_ expiresAt: String) async throws -> Reply {
            try await visitor.post(
                business.serviceKeys,
                ["name": "Caduca", "permissions": [], "expires_at": .string(expiresAt)],
                token: business.tokens.access
            )
        }
        try await site.changingNothing {
            for past in ["2020-01-01T00:00:00Z", "0001-01-01T00:00:00Z"] {
                let reply = try await make(past)
                #expect(reply.shape == Reply.fieldProblem() && reply.faultyFields == ["expires_at"])
            }
        }
        let made = try await make("2999-12-31T23:59:59Z")
        #expect(made.status == 201 && made["expires_at"] == "2999-12-31T23:59:59Z" && made["permissions"] == [])
        let key = made.string("key")
        #expect(try await introspect(business.tokens.access, key)["active"] == true)
        try await site.database.run(
            "UPDATE portero.service_keys SET expires_at = now() WHERE organization_id = \(business.id)"
        )
        #expect(try await introspect(business.tokens.access, key).status == 401)
        #expect(try await visitor.get(business.serviceKeys, token: business.tokens.access).json?.array?.count == 1)
    }

    @Test("A key holds what there is, and what its maker holds")
    func permissions() async throws {
        let business = try await site.business()
        let other = try await site.business("Otra")
        try await site.database.run(
            "INSERT INTO portero.permissions (organization_id, name) VALUES (\(other.id), 'ajeno_permiso')"
        )
        let manager = try await business.member(with: ["manage_organization", "manage_rooms"])
        func make(_ permissions: [JSONText], _ token: String) async throws -> Reply {
            try await visitor.post(
                business.serviceKeys,
                ["name": "Clave", "permissions": .array(permissions)],
                token: token
            )
        }
        try await site.changingNothing {
            for unknown in [["manage_everything"], ["ajeno_permiso"], ["Manage_rooms", "manage_rooms"]]
                as [[JSONText]]
            {
                let reply = try await make(unknown, business.tokens.access)
                #expect(reply.shape == Reply.fieldProblem() && reply.faultyFields == ["permissions[0]"])
            }
            let several = try await make(["x_y", "manage_rooms", "x_y"], business.tokens.access)
            #expect(several.faultyFields == ["permissions[0]", "permissions[2]"])
            let wrong = try await make([1, "", "a\nb"], business.tokens.access)
            #expect(wrong.faultyFields == ["permissions[0]", "permissions[1]", "permissions[2]"])
            let many = try await make(Array(repeating: "manage_rooms", count: 101), business.tokens.access)
            #expect(many.faultyFields == ["permissions"])
            #expect(try await make(["manage_users"], manager.tokens.access).shape == Reply.problem(403))
        }
        #expect(try await make(["manage_rooms"], manager.tokens.access).status == 201)
    }

    @Test("An organization has a hundred live keys at most; one that has expired does not count")
    func limit() async throws {
        let business = try await site.business()
        try await site.database.run(
            """
            INSERT INTO portero.service_keys (id, organization_id, name, prefix, digest)
            SELECT gen_random_uuid(), \(business.id), 'k' || n, 'psk_', sha256((n || \(business.idText))::bytea)
              FROM generate_series(1, 99) n
            """
        )
        let body: JSONText = ["name": "Otra", "permissions": []]
        let statuses = try await site.atOnce(5) { visitor, _ in
            try await visitor.insist(business.serviceKeys, body, token: business.tokens.access).status
        }
        #expect(statuses.sorted() == [201, 409, 409, 409, 409])
        try await site.database.run(
            "UPDATE portero.service_keys SET expires_at = now() WHERE organization_id = \(business.id) AND name = 'k1'"
        )
        #expect(try await visitor.post(business.serviceKeys, body, token: business.tokens.access).status == 201)
    }

    @Test("Without the right it is 403, for other tenants the 404 of what is not there, after the session 401")
    func rights() async throws {
        let business = try await site.business()
        let stranger = try await site.business("Otra")
        let staff = try await business.member(with: ["manage_users", "manage_roles"]).tokens.access
        let left = try await business.member("Admin").tokens.access
        _ = try await visitor.post("/auth/logout", token: left)
        let body: JSONText = ["name": "Clave", "permissions": []]
        let id = try await visitor.post(business.serviceKeys, body, token: business.tokens.access).string("id")
        try await site.changingNothing {
            for (method, rest, body) in [("POST", "", body), ("GET", "", nil), ("DELETE", "/\(id)", nil)]
                as [(String, String, JSONText?)]
            {
                func ask(_ path: String, _ token: String) async throws -> Reply {
                    try await visitor.send(method, path + "/service-keys" + rest, body: body?.text ?? "", token: token)
                }
                #expect(try await ask(business.path, staff).shape == Reply.problem(403), "\(method)")
                #expect(try await ask(business.path, left).shape == Reply.problem(401), "\(method)")
                let nowhere = try await ask("/organizations/\(UUID())", stranger.tokens.access)
                #expect(nowhere.shape == Reply.problem(404), "\(method)")
                let foreign = try await ask(business.path, stranger.tokens.access)
                #expect(foreign.answer.body == nowhere.answer.body, "\(method)")
            }
            let replies = try await [id, UUID().uuidString, "x"].asyncMap {
                try await visitor.delete("\(stranger.serviceKeys)/\($0)", token: stranger.tokens.access)
            }
            #expect(Set(replies.map(\.answer.text)).count == 1 && replies[0].shape == Reply.problem(404))
        }
    }

    @Test("A dump and the log hold no service key and no invitation's token, waiting or mailed")
    func secrets() async throws {
        let business = try await site.business()
        let key = try await visitor.post(
            business.serviceKeys,
            ["name": "Clave", "permissions": []],
            token: business.tokens.access
        ).string("key")
        _ = try await introspect(business.tokens.access, key)
        let (_, token) = try await business.invitation(to: Site.newEmail())
        let (_, used) = try await business.invitation(to: Site.newEmail())
        let body: JSONText = ["token": .string(used), "full_name": "Eva", "password": "ContraseñaSegura123!"]
        #expect(try await visitor.post("/invitations/accept", body).status == 201)
        let dump = try await site.dump()
        let log = site.server.log.joined(separator: "\n")
        #expect(dump.contains("invitation_accepted") && dump.contains("service_key_created"))
        func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        for text in [dump, log] {
            for secret in [key, String(key.dropFirst(4)), token, used] {
                #expect(!text.contains(secret))
                #expect(!text.contains(hex(Array(secret.utf8))))
                #expect(!text.contains(hex(JWT.decode(secret))))
            }
        }
    }

    @Test("A waiting invitation tells neither its token nor whose it is, and goes with its organization")
    func waiting() async throws {
        try await Site.serving(["PORTERO_SMTP_URL": "smtp://127.0.0.1:1"]) { site in
            let business = try await site.business("Marca Secreta")
            #expect(try await business.invite(Site.newEmail()).status == 201)
            let isSealed: Bool? = try await site.database.value(
                """
                SELECT length(sealed) > 43 AND position('Marca'::bytea IN sealed) = 0
                       AND position(\(business.admin.name)::bytea IN sealed) = 0
                  FROM portero.mail_outbox WHERE kind = 'invitation' AND sent_at IS NULL
                """
            )
            #expect(isSealed == true)
            _ = try await business.visitor.post(
                business.serviceKeys,
                ["name": "Clave", "permissions": ["manage_rooms"]],
                token: business.tokens.access
            )
            try await site.database.run("DELETE FROM portero.organizations WHERE id = \(business.id)")
            let left = try await site.database.count(
                "SELECT (SELECT count(*) FROM portero.invitations) + (SELECT count(*) FROM portero.service_keys)"
            )
            #expect(left == 0)
        }
    }

    @Test("With no tenant set, the server's own role sees no invitation and no key, and never a digest")
    func isolation() async throws {
        let business = try await site.business()
        _ = try await business.invite(Site.newEmail())
        _ = try await visitor.post(
            business.serviceKeys,
            ["name": "Clave", "permissions": ["manage_rooms"]],
            token: business.tokens.access
        )
        for table in ["invitations", "service_keys", "service_key_permissions"] {
            let check = """
                DO $$ BEGIN
                    IF EXISTS (SELECT organization_id FROM portero.\(table)) THEN RAISE EXCEPTION 'seen'; END IF;
                    PERFORM set_config('portero.organization_id', '\(business.idText)', true);
                    IF NOT EXISTS (SELECT organization_id FROM portero.\(table)) THEN RAISE EXCEPTION 'unseen'; END IF;
                END $$
                """
            try await Script.run("SET ROLE portero_app; \(check)", url: site.scratch.url, on: TestLoops.next())
        }
        for statement in [
            "SELECT digest FROM portero.invitations", "SELECT digest FROM portero.service_keys",
            "DELETE FROM portero.invitations", "UPDATE portero.service_keys SET expires_at = NULL",
            "SELECT portero.end_invitation(gen_random_uuid(), 'revoked')",
        ] {
            await #expect(throws: ScriptError.self, "\(statement)") {
                try await Script.run("SET ROLE portero_app; \(statement)", url: site.scratch.url, on: TestLoops.next())
            }
        }
    }
}
