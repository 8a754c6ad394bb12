import Cryptography
import Foundation
import Postgres
import Support
import Testing

@Suite("Introspection", .serving(), .serialized, .timeLimit(.minutes(10)))
struct IntrospectScenarios {
    static let active =
        "200 {active: bool, aud: string, email: string, exp: integer, iat: integer, iss: string, jti: uuid, org: uuid, "
        + "organization_id: uuid, permissions: [string], role: string, sid: uuid, sub: uuid, token_type: string, "
        + "username: %}"

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func key(of business: Business) async throws -> String {
        let body: JSONText = ["name": "Reservas", "permissions": []]
        return try await visitor.post(business.serviceKeys, body, token: business.tokens.access).string("key")
    }

    private func introspect(_ token: String, key: String) async throws -> Reply {
        try await visitor.post("/auth/introspect", ["token": .string(token)], headers: [("x-service-key", key)])
    }

    @Test("A service key learns all about a token of its organization, as things are now")
    func byKey() async throws {
        let business = try await site.business()
        let key = try await key(of: business)
        let (person, tokens) = try await business.member("Staff")
        let username = "bruno\(UInt16.random(in: 0 ... .max))"
        let without = try await introspect(tokens.access, key: key)
        #expect(without.shape == Self.active.replacing("%", with: "null"))
        try await site.database.run("UPDATE portero.users SET username = \(username) WHERE id = \(person.id)")
        let reply = try await introspect(tokens.access, key: key)
        #expect(reply.shape == Self.active.replacing("%", with: "string"))
        let claims = JWT(tokens.access).claims
        for name in ["iss", "aud", "sub", "sid", "org", "iat", "exp", "jti"] {
            #expect(reply[name] == claims[name], "\(name)")
        }
        #expect(reply["active"] == true && reply["token_type"] == "Bearer" && reply["email"] == .string(person.email))
        #expect(reply["username"] == .string(username) && reply["organization_id"] == .string(business.idText))
        #expect(reply["role"] == "Staff" && reply["permissions"] == ["manage_bookings", "manage_rooms"])
        let usuario = try await business.role("Usuario")
        try await site.database.run("UPDATE portero.memberships SET role_id = \(usuario) WHERE user_id = \(person.id)")
        let demoted = try await introspect(tokens.access, key: key)
        #expect(demoted["role"] == "Usuario" && demoted["permissions"] == [])
    }

    @Test("Anything else is inactive, in the same bytes")
    func inactive() async throws {
        let business = try await site.business()
        let other = try await site.business("Otra")
        let key = try await key(of: business)
        let (person, tokens) = try await business.member("Staff")
        let loner = try await site.session(of: site.person(), visitor)
        let (_, ended) = try await business.member("Staff")
        _ = try await visitor.post("/auth/logout", token: ended.access)
        let mint = try Mint(like: tokens.access)
        let elsewhere = mint.token { $0.organizationID = other.id }
        let cases: [(String, String)] = [
            ("another organization's", other.tokens.access), ("of nobody's organization", loner.access),
            ("of an organization that is not theirs", elsewhere), ("a refresh token", tokens.refresh),
            ("of an ended session", ended.access), ("nonsense", "x"), ("a key", key),
            ("expired", mint.token { $0.expiresAt = Int(Date().timeIntervalSince1970) - 1 }),
            ("of another secret", mint.token(secret: String(repeating: "s", count: 44))),
            ("another spelling", tokens.access + "="), ("with a space", " " + tokens.access),
        ]
        // That the key was used is noted here.
        #expect(try await introspect(tokens.access, key: key)["active"] == true)
        try await site.changingNothing {
            for (what, token) in cases {
                let reply = try await introspect(token, key: key)
                #expect(reply.status == 200 && reply.answer.text == #"{"active":false}"#, "\(what)")
            }
        }
        for statement: SQL in [
            "UPDATE portero.memberships SET is_active = false WHERE user_id = \(person.id)",
            "DELETE FROM portero.memberships WHERE user_id = \(person.id)",
        ] {
            #expect(try await introspect(mint.token(), key: key).status == 200)
            try await site.database.run(statement)
            #expect(try await introspect(tokens.access, key: key).json == ["active": false])
        }
        let (closed, last) = try await business.member("Staff")
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        #expect(try await introspect(last.access, key: key).json == ["active": false])
    }

    @Test("Who has no service key may ask with a token about itself, and about no other")
    func byItself() async throws {
        let business = try await site.business()
        let (_, tokens) = try await business.member("Staff")
        let loner = try await site.session(of: site.person(), visitor)
        func ask(
            _ token: String,
            with bearer: String?,
            _ headers: [(name: String, value: String)] = []
        ) async throws -> Reply {
            try await visitor.post("/auth/introspect", ["token": .string(token)], token: bearer, headers: headers)
        }
        let own = try await ask(tokens.access, with: tokens.access)
        #expect(own.shape == Self.active.replacing("%", with: "null"))
        let alone = try await ask(loner.access, with: loner.access)
        #expect(alone["active"] == true && alone["org"] == .null && alone["organization_id"] == .null)
        #expect(alone["role"] == .null && alone["permissions"] == [])
        try await site.changingNothing {
            for other in [loner.access, tokens.refresh, "x", business.tokens.access] {
                #expect(try await ask(other, with: tokens.access).shape == Reply.problem(403))
            }
            #expect(try await ask(tokens.access, with: nil).shape == Reply.problem(401))
            #expect(try await ask(tokens.access, with: tokens.refresh).shape == Reply.problem(401))
            for key in ["", "psk_", "psk_" + String(repeating: "A", count: 43), "x", tokens.access] {
                // A bad key is not made good by a token beside it.
                let reply = try await ask(tokens.access, with: tokens.access, [("x-service-key", key)])
                #expect(reply.shape == Reply.problem(401), "\(key)")
                #expect(reply.header("WWW-Authenticate") == "Bearer")
            }
        }
        _ = try await visitor.post("/auth/logout", token: tokens.access)
        #expect(try await ask(tokens.access, with: tokens.access).shape == Reply.problem(401))
    }

    @Test("That a key was used is noted, once a minute at most")
    func lastUse() async throws {
        let business = try await site.business()
        let key = try await key(of: business)
        func lastUse() async throws -> String? {
            try await site.database.value(
                "SELECT last_used_at::text FROM portero.service_keys WHERE organization_id = \(business.id)"
            )
        }
        #expect(try await lastUse() == nil)
        _ = try await introspect("x", key: key)
        let first = try await lastUse()
        #expect(first != nil)
        for _ in 0..<5 { _ = try await introspect("x", key: key) }
        #expect(try await lastUse() == first)
        try await site.database.run(
            "UPDATE portero.service_keys SET last_used_at = now() - interval '61 seconds' WHERE organization_id = \(business.id)"
        )
        _ = try await site.atOnce(8) { visitor, _ in
            try await visitor.post("/auth/introspect", ["token": "x"], headers: [("x-service-key", key)]).status
        }
        let isFresh: Bool? = try await site.database.value(
            "SELECT last_used_at > now() - interval '30 seconds' FROM portero.service_keys WHERE organization_id = \(business.id)"
        )
        #expect(isFresh == true)
    }
}
