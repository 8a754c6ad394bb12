import Foundation
import Postgres
import Support
import Testing

/// What settings change about the contract.
@Suite("Settings", .timeLimit(.minutes(10)))
struct SettingsScenarios {
    private static let wrong = JSONText.string("Falsa-Cripta-99!")

    @Test("A server may be told to reveal at login that there is no such account")
    func revealsUnknown() async throws {
        try await Site.serving(["PORTERO_LOGIN_REVEALS_UNKNOWN": "true"]) { site in
            let visitor = site.visitor()
            let person = try await site.person()
            let unknown = try await visitor.post(
                "/auth/login",
                ["email": .string(Site.newEmail()), "password": Self.wrong]
            )
            #expect(unknown.shape == Reply.problem(400))
            let known = try await visitor.post("/auth/login", ["email": .string(person.email), "password": Self.wrong])
            #expect(known.shape == Reply.problem(401))
        }
    }

    @Test("A server may ask for a verified address, which is told once the password was right")
    func requiresVerifiedEmail() async throws {
        try await Site.serving(["PORTERO_REQUIRE_VERIFIED_EMAIL": "true"]) { site in
            let visitor = site.visitor()
            let email = Site.newEmail()
            let login: JSONText = ["email": .string(email), "password": "ContraseñaSegura123!"]
            let registered = try await visitor.post(
                "/auth/register",
                ["email": .string(email), "password": "ContraseñaSegura123!", "full_name": "Ana"]
            )
            #expect(registered.status == 201)
            let early = try await visitor.post("/auth/login", login)
            #expect(early.shape == Reply.problem(403))
            let wrong = try await visitor.post("/auth/login", ["email": .string(email), "password": Self.wrong])
            #expect(wrong.status == 401)
            let code = try await site.mails.code(to: email)
            let verified = try await visitor.post(
                "/auth/verify-email",
                ["email": .string(email), "code": .string(code)]
            )
            #expect(verified.status == 200)
            let late = try await visitor.post("/auth/login", login)
            #expect(late.status == 200)
        }
    }

    @Test("Lifetimes are the configured ones")
    func lifetimes() async throws {
        try await Site.serving(["PORTERO_ACCESS_TOKEN_TTL": "1s", "PORTERO_REFRESH_TOKEN_TTL": "7d"]) { site in
            let visitor = site.visitor()
            let person = try await site.person()
            let tokens = try await site.session(of: person, visitor)
            let claims = JWT(tokens.access).claims
            #expect((claims["exp"]?.integer ?? 0) - (claims["iat"]?.integer ?? 0) == 1)
            let days: Int? = try await site.database.value(
                "SELECT round(extract(epoch FROM expires_at - created_at) / 86400)::int FROM portero.sessions"
            )
            #expect(days == 7)
            _ = try await eventually("the token to expire") {
                try await visitor.get("/auth/me", token: tokens.access).status == 401 ? true : nil
            }
            let refreshed = try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
            #expect(refreshed.status == 200)
        }
    }

    @Test(
        "Tokens may be signed by keys whose public half is published",
        arguments: [
            ("EdDSA", "{keys: [{alg: string, crv: string, kid: string, kty: string, use: string, x: string}]}"),
            (
                "ES256",
                "{keys: [{alg: string, crv: string, kid: string, kty: string, use: string, x: string, y: string}]}"
            ),
        ]
    )
    func algorithms(name: String, keys: String) async throws {
        try await Site.serving(["PORTERO_JWT_ALGORITHM": name]) { site in
            let visitor = site.visitor()
            let tokens = try await site.session(of: site.person(), visitor)
            let jwt = JWT(tokens.access)
            #expect(jwt.header["alg"] == .string(name))
            let published = try await visitor.get("/.well-known/jwks.json")
            #expect(published.json?.shape == keys)
            #expect(published["keys"]?.array?.first?["kid"] == jwt.header["kid"])
            let me = try await visitor.get("/auth/me", token: tokens.access)
            #expect(me.status == 200)
        }
    }

    @Test("After a change of secrets, tokens and codes of the old one work as long as it is kept, and not after")
    func rotation() async throws {
        let newer = "bmV3ZXIgc2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g="
        try await Site.serving { site in
            let person = try await site.person()
            let tokens = try await site.session(of: person)
            let asked = try await site.visitor().post("/auth/forgot-password", ["email": .string(person.email)])
            #expect(asked.status == 200)
            let code = try await site.mails.code(to: person.email)

            let both = try await site.startAnother(["PORTERO_SECRET": "\(newer),\(Site.secret)"])
            let visitor = Visitor(to: both.port)
            let me = try await visitor.get("/auth/me", token: tokens.access)
            #expect(me.status == 200)
            let next = Tokens(try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)]))
            let old = try await site.visitor().get("/auth/me", token: next.access)
            #expect(old.status == 401, "the new secret signs")
            let reset = try await visitor.post(
                "/auth/reset-password",
                ["email": .string(person.email), "code": .string(code), "new_password": "Nueva-Cripta-77!"]
            )
            #expect(reset.status == 200)
            await both.stop()

            let fresh = try await site.session(of: person.with(password: "Nueva-Cripta-77!"))
            let alone = try await site.startAnother(["PORTERO_SECRET": newer])
            let refused = try await Visitor(to: alone.port).get("/auth/me", token: fresh.access)
            #expect(refused.status == 401)
            await alone.stop()
        }
    }

    @Test("New hashes may be argon2id, and old ones become so at login")
    func argon() async throws {
        try await Site.serving(["PORTERO_PASSWORD_HASH": "argon2id"]) { site in
            let person = try await site.person()
            for _ in 0..<2 { _ = try await site.session(of: person) }
            let hash: String? = try await site.database.value("SELECT password_hash FROM portero.users")
            #expect(hash?.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") == true)
        }
    }

    @Test("What was answered survives the death of the server, and what was revoked stays revoked")
    func killed() async throws {
        try await Site.serving { site in
            let person = try await site.person()
            let doomed = try await site.startAnother()
            let visitor = Visitor(to: doomed.port)
            let (gone, live) = (
                try await site.session(of: person, visitor), try await site.session(of: person, visitor)
            )
            let logout = try await visitor.post("/auth/logout", token: gone.access)
            #expect(logout.status == 200)
            await doomed.kill()
            let next = try await site.startAnother()
            let again = Visitor(to: next.port)
            #expect(try await again.get("/auth/me", token: live.access).status == 200)
            #expect(try await again.get("/auth/me", token: gone.access).status == 401)
            #expect(try await again.post("/auth/refresh", ["refresh_token": .string(gone.refresh)]).status == 401)
            #expect(try await again.post("/auth/refresh", ["refresh_token": .string(live.refresh)]).status == 200)
            #expect(await next.stop() == 0)
        }
    }
}
