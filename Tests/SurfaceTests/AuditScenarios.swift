import Foundation
import Postgres
import Support
import Testing

@Suite("The audit trail", .serving(["PORTERO_TRUSTED_PROXIES": "127.0.0.1/32"]), .timeLimit(.minutes(10)))
struct AuditScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private static let origin: [(name: String, value: String)] = [
        ("X-Forwarded-For", "203.0.113.9"), ("User-Agent", "Prueba/1.0"), ("X-Request-Id", "audit-test"),
    ]

    private func post(_ path: String, _ body: JSONText? = nil, token: String? = nil) async throws -> Reply {
        try await visitor.post(path, body, token: token, headers: Self.origin)
    }

    @Test(
        "Everything that happens to an account stands in the trail, in order, each with who, where from and by what request"
    )
    func wholeLife() async throws {
        let email = Site.newEmail()
        let address = JSONText.string(email)
        let (first, second, third) =
            ("ContraseñaSegura123!", "Nueva-Cripta-77!", "Otra-Cripta-88!") as (JSONText, JSONText, JSONText)
        let registered = try await post("/auth/register", ["email": address, "password": first, "full_name": "Ana"])
        let code = try await site.mails.code(to: email)
        _ = try await post("/auth/verify-email", ["email": address, "code": .string(code)])
        _ = try await post("/auth/login", ["email": address, "password": "Falsa-Cripta-99!"])
        let one = Tokens(try await post("/auth/login", ["email": address, "password": first]))
        let two = Tokens(try await post("/auth/login", ["email": address, "password": first]))
        let next = Tokens(try await post("/auth/refresh", ["refresh_token": .string(two.refresh)]))
        _ = try await visitor.send(
            "PATCH",
            "/auth/me",
            body: #"{"full_name":"Ana Otra"}"#,
            token: one.access,
            headers: Self.origin
        )
        _ = try await post(
            "/auth/change-password",
            ["current_password": "x", "new_password": second],
            token: one.access
        )
        _ = try await post(
            "/auth/change-password",
            ["current_password": first, "new_password": second],
            token: one.access
        )
        _ = try await post("/auth/logout", token: one.access)
        _ = try await post("/auth/refresh", ["refresh_token": .string(next.refresh)])
        _ = try await post("/auth/forgot-password", ["email": address])
        let reset = try await site.mails.code(to: email, number: 2)
        let wrong = reset == "000000" ? "000001" : "000000"
        _ = try await post("/auth/reset-password", ["email": address, "code": .string(wrong), "new_password": third])
        _ = try await post("/auth/reset-password", ["email": address, "code": .string(reset), "new_password": third])
        let three = Tokens(try await post("/auth/login", ["email": address, "password": third]))
        _ = try await post("/auth/logout-all", token: three.access)

        let person = try #require(try await site.person(registeredAs: email, password: ""))
        #expect(
            try await site.events(of: person) == [
                "user_created", "user_updated email_verified", "authn_login_fail wrong_password", "authn_login_success",
                "authn_login_success", "authn_token_created", "user_updated full_name",
                "authn_password_change_fail wrong_password",
                "authn_password_change", "authn_token_revoked logout", "authn_token_refused session_ended",
                "authn_password_reset_request", "authn_password_reset_fail wrong_or_expired_code",
                "authn_password_change reset", "authn_login_success", "authn_token_revoked logout_all",
            ]
        )
        let strays = try await site.database.texts(
            """
            SELECT event || coalesce(' ' || reason, '') FROM portero.auth_logs
             WHERE (user_id = \(person.id) OR email = \(email.lowercased()))
               AND (surface, host(address), user_agent, request_id, user_id)
                   IS DISTINCT FROM ('escape-room', '203.0.113.9', 'Prueba/1.0', 'audit-test', \(person.id))
            """
        )
        #expect(strays == [])
        #expect(registered.string("id") == person.idText)
        let successes = try await site.database.texts(
            """
            SELECT DISTINCT event FROM portero.auth_logs
             WHERE user_id = \(person.id) AND success <> (event NOT LIKE '%fail' AND event <> 'authn_token_refused')
            """
        )
        #expect(successes == [])
    }

    @Test("What concerns one session names it, and the organization that it works in")
    func sessionsAreNamed() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Staff")
        let tokens = Tokens(try await post("/auth/login", person.credentials))
        _ = try await post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
        _ = try await post("/auth/logout", token: tokens.access)
        let session = try #require(JWT(tokens.access).session)
        let rows = try await site.database.texts(
            """
            SELECT event FROM portero.auth_logs
             WHERE user_id = \(person.id) AND session_id::text = \(session) AND organization_id = \(organization)
             ORDER BY occurred_at, id
            """
        )
        #expect(rows == ["authn_login_success", "authn_token_created", "authn_token_revoked"])
    }

    @Test("Tries at accounts that nobody has are written down by what was typed, and by no person")
    func unknownAccounts() async throws {
        let email = Site.newEmail("Nadie")
        _ = try await post("/auth/login", ["email": .string(email), "password": "Falsa-Cripta-99!"])
        _ = try await post("/auth/forgot-password", ["email": .string(email)])
        _ = try await post(
            "/auth/reset-password",
            ["email": .string(email), "code": "123456", "new_password": "Otra-Cripta-88!"]
        )
        let rows = try await site.database.texts(
            """
            SELECT event || ' ' || reason FROM portero.auth_logs
             WHERE email = \(email.lowercased()) AND user_id IS NULL AND NOT success ORDER BY occurred_at, id
            """
        )
        #expect(
            rows == [
                "authn_login_fail unknown_account", "authn_password_reset_request unknown_account",
                "authn_password_reset_fail wrong_or_expired_code",
            ]
        )
    }

    @Test("Whatever a client sends, one request is one row and one line of the log")
    func hostileText() async throws {
        let person = try await site.person()
        let agent = "x\u{9b}2J\t2026-01-01 login_success admin \u{202e}" + String(repeating: "A", count: 3000)
        let reply = try await visitor.post(
            "/auth/login",
            person.credentials,
            headers: [("User-Agent", agent), ("X-Request-Id", "hostile-text")]
        )
        #expect(reply.status == 200)
        let rows = try await site.database.texts(
            "SELECT user_agent FROM portero.auth_logs WHERE request_id = 'hostile-text'"
        )
        #expect(rows.count == 1)
        #expect(rows.allSatisfy { $0.utf8.count <= 512 && !$0.unicodeScalars.contains { $0.value < 0x20 } })
        let lines = try await eventually("the log line") { () -> [String]? in
            let lines = site.server.log.filter { $0.contains("hostile-text") }
            return lines.isEmpty ? nil : lines
        }
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { JSONText(Array($0.utf8)) != nil && $0.utf8.count < 4096 })
    }

    @Test(
        "The server itself can neither change nor remove what is written",
        arguments: [
            "UPDATE portero.auth_logs SET success = true", "DELETE FROM portero.auth_logs",
            "TRUNCATE portero.auth_logs",
            "UPDATE portero.auth_logs_rest SET success = true", "DROP TABLE portero.auth_logs",
            "ALTER TABLE portero.auth_logs DISABLE TRIGGER ALL",
        ]
    )
    func appendOnly(statement: String) async throws {
        _ = try await site.session(of: site.person(), visitor)
        let refusal = await #expect(throws: ScriptError.self) {
            try await Script.run("SET ROLE portero_app; \(statement)", url: site.scratch.url, on: TestLoops.next())
        }
        #expect(refusal?.sqlState == "42501")
    }

    @Test("Where the trail cannot be written, nothing is done: 503, and no session begins or ends")
    func failsClosed() async throws {
        try await Site.serving { site in
            let person = try await site.person()
            let tokens = try await site.session(of: person)
            let before = try await site.database.state()
            let replies = try await site.database.transaction { transaction in
                _ = try await transaction.write("LOCK TABLE portero.auth_logs")
                async let login = site.visitor().post("/auth/login", person.credentials)
                async let logout = site.visitor().post("/auth/logout", token: tokens.access)
                async let refresh = site.visitor().post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
                return try await [login, logout, refresh]
            }
            for reply in replies {
                #expect(reply.shape == Reply.problem(503))
                #expect(reply.header("Retry-After") == "1")
            }
            #expect(try await site.database.state() == before)
            #expect(try await site.visitor().post("/auth/logout", token: tokens.access).status == 200)
        }
    }
}
