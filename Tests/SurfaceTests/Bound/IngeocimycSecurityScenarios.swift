import Foundation
import Postgres
import Support
import Testing

@Suite("Logs, reports and clean-up of ingeocimyc", .serving(), .timeLimit(.minutes(10)))
struct IngeocimycSecurityScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("A page of the log has ten fields a row, newest first, and the exact total")
    func pages() async throws {
        let tenant = try await site.loggedTenant()
        let (id, email) = (tenant.admin.id, tenant.admin.email)
        try await tenant.log("authn_login_fail", daysAgo: 3, user: id, email: email, times: 25)
        let reply = try await tenant.ask("logs?event=authn_login_fail&limit=10&page=3")
        #expect(
            reply.shape
                == "200 {logs: [{createdAt: time, email: string, event: string, id: integer, ipAddress: string, reason: null, sessionId: null, success: bool, userAgent: null, userId: integer}], pagination: {limit: integer, page: integer, total: integer, totalPages: integer}}"
        )
        #expect(reply["logs"]?.array?.count == 5)
        #expect(reply["pagination"] == ["page": 3, "limit": 10, "total": 25, "totalPages": 3])
        #expect(reply["logs"]?.array?.first?["userId"] == .integer(try await site.number(of: tenant.admin)))
        let beyond = try await tenant.ask("logs?event=authn_login_fail&page=1000000&limit=100")
        #expect(beyond["logs"] == [] && beyond["pagination"]?["total"] == 25)
        let newest = try await tenant.ask("logs?limit=1")
        #expect(newest["logs"]?.array?.first?["event"] == "authn_login_success")
        #expect(newest["logs"]?.array?.first?["sessionId"]?.integer != nil)
        #expect(newest["logs"]?.array?.first?["email"] == .string(tenant.admin.email))
    }

    @Test("Each filter finds what it says, and all of them together")
    func filters() async throws {
        let tenant = try await site.loggedTenant()
        let bruno = try await site.person("Bruno")
        try await site.join(bruno, to: tenant.id, as: "Staff")
        try await tenant.log("authn_login_fail", daysAgo: 10, user: bruno.id, email: bruno.email, times: 3)
        try await tenant.log("authn_password_change", daysAgo: 5, user: bruno.id)
        try await tenant.log("authn_login_fail", daysAgo: 1, email: "nadie@correo.example", times: 2)
        try await tenant.log("authn_login_fail", daysAgo: 1, email: "nadie.nuevo")
        try await tenant.log("authn_login_fail", daysAgo: 1, email: String(repeating: "x", count: 254))
        let number = try await site.number(of: bruno)
        let sixDaysAgo = Date.now.addingTimeInterval(-6 * 86_400).formatted(.iso8601)
        for (query, count) in [
            ("event=authn_login_fail", 7), ("success=false", 7), ("userId=\(number)", 4),
            ("email=\(bruno.email.uppercased())", 4),
            ("email=nadie%40correo.example", 2), ("email=Nadie.Nuevo", 1), ("email=nadie", 0), ("email=%25", 0),
            ("email=\(String(repeating: "X", count: 254))", 1), ("to=\(sixDaysAgo)", 3),
            ("from=\(sixDaysAgo)&success=false", 4),
            ("to=\(sixDaysAgo.prefix(10))&success=false", 3), ("userId=9007199254740991", 0),
            ("email=otra%40correo.example", 0), ("from=2999-01-01", 0),
            ("userId=\(number)&email=\(bruno.email)&success=false&event=authn_login_fail&to=\(sixDaysAgo)", 3),
        ] {
            let reply = try await tenant.ask("logs?\(query)")
            #expect(reply["pagination"]?["total"] == .integer(count), "\(query)")
            #expect(reply["logs"]?.array?.count == count, "\(query)")
        }
    }

    @Test(
        "A query that is wrong names its field",
        arguments: [
            ("logs?page=0", "page"), ("logs?limit=101", "limit"), ("logs?event=%27", "event"),
            ("logs?userId=0", "userId"), ("logs?email=", "email"), ("logs?email=%09", "email"),
            ("logs?email=\(String(repeating: "x", count: 255))", "email"), ("logs?success=1", "success"),
            ("logs?from=ayer", "from"), ("logs?to=2025-13-01", "to"), ("security/report?days=0", "days"),
            ("security/report?days=366", "days"), ("security/report?days=x", "days"),
            ("security/cleanup-stats?days=0", "days"), ("logs?page=9223372036854775807", "page"),
            ("logs?page=1&page=2", "page"), ("logs?limit=-1", "limit"), ("logs?success=TRUE", "success"),
            ("logs?event=A", "event"), ("logs?userId=1.0", "userId"), ("security/report?days=7&days=8", "days"),
            ("security/cleanup-stats?days=3651", "days"), ("security/report?days=", "days"),
        ]
    )
    func badQueries(_ path: String, _ field: String) async throws {
        let reply = try await site.loggedTenant().ask(path)
        #expect(reply.shape == Reply.nestFields)
        #expect(reply.faultyFields == [field])
    }

    @Test("A report counts each day, names the worst, and says what looks like an attack")
    func report() async throws {
        let tenant = try await site.loggedTenant()
        for number in 0..<6 {
            let email = "cuenta\(number)@correo.example"
            try await tenant.log("authn_login_fail", daysAgo: 2, email: email, address: "203.0.113.9")
        }
        try await tenant.log("authn_login_fail", daysAgo: 40, email: "vieja@correo.example")
        try await tenant.log("authn_token_reuse", user: tenant.admin.id)
        try await tenant.log("authn_login_lock", user: tenant.admin.id, email: tenant.admin.email)
        let reply = try await tenant.ask("security/report?days=30")
        #expect(
            reply.json?.keys == [
                "failedByDay", "lockedAccounts", "period", "suspiciousActivity", "topFailedEmails", "topFailedIps",
                "totalFailedAttempts", "totalSuccessfulLogins", "uniqueIps",
            ]
        )
        #expect(reply["period"]?.shape == "{days: integer, from: time, to: time}")
        #expect(reply["failedByDay"]?.shape == "[{count: integer, date: string}]")
        #expect(reply["topFailedIps"]?.shape == "[{count: integer, ipAddress: string}]")
        #expect(reply["topFailedEmails"]?.shape == "[{count: integer, email: string}]")
        let suspicions = reply["suspiciousActivity"]?.array ?? []
        #expect(suspicions.map { $0["type"] } == ["token_reuse", "many_accounts", "lockout"])
        let names = ["count", "email", "firstSeen", "ipAddress", "lastSeen", "type", "userId"]
        for suspicion in suspicions { #expect(suspicion.keys == names) }
        #expect(reply["totalFailedAttempts"] == 6 && reply["totalSuccessfulLogins"] == 1)
        #expect(reply["uniqueIps"] == 2 && reply["lockedAccounts"] == 1)
        let days = reply["failedByDay"]?.array ?? []
        #expect(days.count == 30 && days.compactMap { $0["count"]?.integer }.reduce(0, +) == 6)
        #expect(reply["topFailedIps"] == [["ipAddress": "203.0.113.9", "count": 6]])
        #expect(reply["topFailedEmails"]?.array?.count == 6)
        #expect(try await tenant.ask("security/report")["period"]?["days"] == 7)
    }

    @Test("Stats tell how things stand now")
    func stats() async throws {
        let tenant = try await site.loggedTenant()
        let closed = try await site.person()
        try await site.join(closed, to: tenant.id, as: "Staff")
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        try await tenant.log("authn_login_fail", email: "a@b.example", times: 2)
        try await tenant.log("authn_login_lock", email: "a@b.example")
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (event, success, reason, user_id)
            VALUES ('authn_password_change', true, 'reset', \(tenant.admin.id))
            """
        )
        let reply = try await tenant.ask("security/stats")
        #expect(
            reply.json == [
                "activeUsers": 1, "totalUsers": 2, "activeSessions": 1, "failedLoginsLast24h": 2,
                "successfulLoginsLast24h": 1, "lockedAccounts": 1, "passwordResetsLast24h": 1,
            ]
        )
    }

    @Test("A clean-up deletes what it says, of its own organization alone, and writes itself down")
    func cleansUp() async throws {
        let (tenant, other) = (try await site.loggedTenant(), try await site.loggedTenant())
        for each in [tenant, other] {
            try await each.log("authn_login_fail", daysAgo: 60, email: "a@b.example", times: 3)
            try await each.log("authn_login_fail", daysAgo: 35, email: "a@b.example", times: 2)
            try await oldSession(of: each, daysAgo: 50)
            try await site.database.run(
                """
                INSERT INTO portero.one_time_codes (id, purpose, user_id, mac, created_at, expires_at, used_at)
                VALUES (gen_random_uuid(), 'verify_email', \(each.admin.id), 'x', now() - interval '50 days',
                        now() - interval '49 days', now() - interval '49 days')
                """
            )
        }
        let before = try await tenant.ask("security/cleanup-stats?days=45")
        let table = "{oldRecords: integer, oldestRecord: time, totalRecords: integer}"
        #expect(
            before.shape
                == "200 {byTable: {codes: \(table), logs: \(table), refreshTokens: \(table), sessions: \(table)}, oldRecords: integer, oldestRecord: time, totalRecords: integer}"
        )
        #expect(before["oldRecords"] == 7)
        let reply = try await tenant.ask("security/cleanup", #"{"days":45}"#)
        #expect(reply.status == 200 && reply["message"] == "Se eliminaron 7 registros de más de 45 días.")
        #expect(reply["deletedRecords"] == ["sessions": 1, "refreshTokens": 1, "codes": 1, "logs": 4, "total": 7])
        #expect(try await tenant.ask("security/cleanup-stats?days=45")["oldRecords"] == 0)
        #expect(try await other.ask("security/cleanup-stats?days=45")["oldRecords"] == 7)
        let written = try await tenant.ask("logs?event=data_cleaned_up")
        #expect(written["pagination"]?["total"] == 1)
        #expect(written["logs"]?.array?.first?["userId"] == .integer(try await site.number(of: tenant.admin)))
        #expect(try await tenant.ask("security/cleanup", #"{"days":45}"#)["deletedRecords"]?["total"] == 0)
        #expect(try await tenant.ask("logs?event=data_cleaned_up")["pagination"]?["total"] == 2)
    }

    /// A session that expired, with the login that opened it and a refresh token.
    private func oldSession(of tenant: LoggedTenant, daysAgo: Int) async throws {
        let session = UUID()
        try await site.database.run(
            """
            INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, created_at, expires_at)
            VALUES (\(session), (random() * 9007199254740990)::bigint + 1, \(tenant.admin.id), \(tenant.id), 'escape-room',
                    now() - make_interval(days => \(Int32(daysAgo))), now() - make_interval(days => \(Int32(daysAgo - 1))))
            """
        )
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (occurred_at, event, success, user_id, session_id, organization_id)
            VALUES (now() - make_interval(days => \(Int32(daysAgo))), 'authn_login_success', true, \(tenant.admin.id),
                    \(session), \(tenant.id))
            """
        )
        try await site.database.run(
            """
            INSERT INTO portero.refresh_tokens (digest, session_id, issued_at)
            VALUES (sha256(uuid_send(\(session))), \(session), now() - interval '50 days')
            """
        )
    }

    @Test("Nothing younger than 30 days goes", arguments: ["29", "0", "-1", "3651", "1e9", "\"90\"", "null", "45.5"])
    func keepsWhatIsYoung(_ days: String) async throws {
        let tenant = try await site.loggedTenant()
        let reply = try await tenant.ask("security/cleanup", "{\"days\":\(days)}")
        #expect(reply.shape == Reply.nestFields)
        #expect(reply.faultyFields == ["days"])
        await #expect(throws: PostgresError.self) {
            try await site.database.run(
                "SELECT portero.clean_up(\(tenant.admin.id), NULL::uuid, \(tenant.id), 29, true, NULL)"
            )
        }
    }

    @Test("Clean-ups at once delete each row once")
    func cleansUpAtOnce() async throws {
        let tenant = try await site.loggedTenant()
        try await tenant.log("authn_login_fail", daysAgo: 60, times: 500)
        let totals = try await site.atOnce(6) { visitor, _ in
            let reply = try await visitor.send(
                "POST",
                "/api/auth/security/cleanup",
                body: #"{"days":30}"#,
                token: tenant.token,
                headers: [("Host", tenant.host)]
            )
            guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
            return reply["deletedRecords"]?["logs"]?.integer ?? 0
        }
        #expect(totals.reduce(0, +) == 500)
    }

    @Test("Each of the five needs its right, and a token")
    func rights() async throws {
        let tenant = try await site.loggedTenant()
        let paths = [
            ("logs", nil), ("security/report", nil), ("security/stats", nil), ("security/cleanup-stats", nil),
            ("security/cleanup", #"{"days":30}"#),
        ]
        let member = try await site.person()
        try await site.join(member, to: tenant.id, as: "Staff")
        let session = try await site.session(of: member).access
        let stranger = try await site.loggedTenant().token
        for (path, body) in paths {
            let reply = try await tenant.ask(path, body, token: session)
            #expect(reply.shape == Reply.nest(403), "\(path)")
            let permission = body == nil ? "view_audit_log" : "manage_organization"
            #expect(reply["message"] == .string("Esto requiere el permiso \(permission)."), "\(path)")
            #expect(try await tenant.ask(path, body, token: stranger).shape == Reply.nest(403), "\(path)")
            #expect(try await tenant.ask(path, body, token: "nonsense").shape == Reply.nest(401), "\(path)")
        }
        let number = try await site.number(of: member)
        for (who, count) in [("&userId=\(number)", 5), ("", 10)] {
            let refusals = try await tenant.ask("logs?event=authz_fail\(who)")
            #expect(refusals["pagination"]?["total"] == .integer(count))
        }
    }

    @Test("Another organization's rows are in no list, count or report")
    func isolation() async throws {
        let (one, other) = (try await site.loggedTenant(), try await site.loggedTenant())
        try await one.log("authn_login_fail", email: "secreto@correo.example", address: "203.0.113.99", times: 7)
        for path in [
            "logs", "logs?email=secreto%40correo.example", "logs?success=false", "security/report", "security/stats",
            "logs?userId=\(try await site.number(of: one.admin))", "security/cleanup-stats",
        ] {
            let reply = try await other.ask(path)
            #expect(reply.status == 200)
            for secret in ["secreto", "203.0.113.99", one.admin.email] {
                #expect(!reply.answer.text.contains(secret), "\(path)")
            }
        }
        #expect(try await other.ask("logs?success=false")["pagination"]?["total"] == 0)
        #expect(try await other.ask("security/stats")["failedLoginsLast24h"] == 0)
    }

    @Test("Failed logins are the organization's that somebody tried to come into")
    func failedLogins() async throws {
        let tenant = try await site.loggedTenant()
        let reply = try await tenant.visitor.send(
            "POST",
            "/api/auth/login",
            body: tenant.admin.with(password: "Falsa-Cripta-1!").credentials.text,
            headers: [("Host", tenant.host)]
        )
        #expect(reply.status == 401)
        let logged = try await tenant.ask("logs?event=authn_login_fail&email=\(tenant.admin.email)")
        #expect(logged["pagination"]?["total"] == 1)
        #expect(logged["logs"]?.array?.first?["reason"] == "wrong_password")
    }

    @Test("The view shows people and sessions by number")
    func view() async throws {
        let tenant = try await site.loggedTenant()
        let row = try await site.database.texts(
            """
            SELECT concat_ws(' ', v.event, v.success, v.user_id = u.number, v.session_id IS NOT NULL, v.ip_address)
              FROM public.auth_logs v JOIN portero.users u ON u.number = v.user_id WHERE u.id = \(tenant.admin.id)
            """
        )
        #expect(row == ["authn_login_success t t t 127.0.0.1"])
    }
}
