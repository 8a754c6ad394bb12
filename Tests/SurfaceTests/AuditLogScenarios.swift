import Foundation
import Postgres
import Support
import Testing

@Suite("The audit log of an organization", .serving(), .serialized, .timeLimit(.minutes(10)))
struct AuditLogScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func page(_ company: Company, _ query: String = "", as token: String? = nil) async throws -> Reply {
        try await visitor.get("\(company.path)/audit-log\(query)", token: token ?? company.token)
    }

    private func events(_ reply: Reply) -> [String] {
        (reply["data"]?.array ?? []).compactMap { $0["event"]?.string }
    }

    private func ids(_ reply: Reply) -> [Int] {
        (reply["data"]?.array ?? []).compactMap { $0["id"]?.integer }
    }

    /// Rows as other events would write them, the newest with the highest number; every third at the same moment.
    private func fill(_ company: Company, with count: Int, event: String = "testing_event") async throws {
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (occurred_at, event, success, organization_id, reason)
            SELECT now() - interval '1 day' + (i - i % 3) * interval '1 microsecond', \(event), true, \(company.id), i::text
              FROM generate_series(1, \(Int32(count))) i
            """
        )
    }

    @Test("Rows are answered newest first, each with who, whom, where from and by what request")
    func shape() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        _ = try await visitor.patch(
            "\(company.path)/members/\(employee.person.idText)",
            ["is_active": false],
            token: company.token
        )
        let reply = try await page(company)
        #expect(events(reply) == ["user_membership_updated", "authn_login_success", "authn_login_success"])
        #expect(reply["next_cursor"] == .null)
        let newest = reply["data"]?.array?.first
        #expect(
            newest?.shape
                == "{actor_id: uuid, created_at: time, details: {after: {is_active: bool, role: string, role_id: uuid}, "
                + "before: {is_active: bool, role: string, role_id: uuid}}, email: null, event: string, id: integer, "
                + "ip_address: string, reason: null, request_id: string, session_id: uuid, success: bool, surface: string, "
                + "user_agent: null, user_id: uuid}"
        )
        #expect(newest?["user_id"] == .string(employee.person.idText))
        #expect(newest?["actor_id"] == .string(company.admin.idText))
        #expect(newest?["surface"] == "escape-room" && newest?["ip_address"] == "127.0.0.1")
    }

    @Test("A refusal for lack of a right is there to be seen")
    func refusals() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        #expect(try await page(company, as: employee.token).status == 403)
        let newest = try await page(company, "?limit=1")["data"]?.array?.first
        #expect(newest?["event"] == "authz_fail" && newest?["reason"] == "view_audit_log")
        #expect(newest?["user_id"] == .string(employee.person.idText) && newest?["success"] == false)
    }

    @Test("Who may view it and nothing else sees it")
    func viewer() async throws {
        let company = try await site.company()
        let viewer = try await site.employee(of: company, allowing: ["view_audit_log"])
        #expect(try await page(company, as: viewer.token).status == 200)
    }

    @Test("Each organization sees its own rows alone")
    func tenants() async throws {
        let (one, two) = (try await site.company(), try await site.company())
        try await fill(one, with: 30, event: "marker_one")
        try await fill(two, with: 30, event: "marker_two")
        #expect(try await page(one, "?limit=200").answer.text.contains("marker_two") == false)
        #expect(events(try await page(one, "?event=marker_two")) == [])
        #expect(events(try await page(one, "?user_id=\(two.admin.idText)")) == [])
        let cursor = try await page(two, "?limit=1").string("next_cursor")
        let borrowed = try await page(one, "?limit=200&cursor=\(cursor)")
        #expect(borrowed.status == 200 && !borrowed.answer.text.contains("marker_two"))
    }

    @Test("Pages join to the whole, each row once, whatever is written meanwhile", arguments: [1, 7, 50, 200])
    func pages(limit: Int) async throws {
        let company = try await site.company()
        try await fill(company, with: 101)
        var seen: [Int] = []
        var cursor: String?
        repeat {
            let reply = try await page(company, "?limit=\(limit)" + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(reply.status == 200)
            seen += ids(reply)
            cursor = reply["next_cursor"]?.string
            if limit > 1 { try await fill(company, with: 1, event: "later_event") }
        } while cursor != nil
        let expected = try await site.database.texts(
            """
            SELECT id::text FROM portero.auth_logs
             WHERE organization_id = \(company.id) AND event <> 'later_event' ORDER BY occurred_at DESC, id DESC
            """
        )
        let later = Set(
            try await site.database.texts("SELECT id::text FROM portero.auth_logs WHERE event = 'later_event'")
        )
        #expect(seen.map(String.init).filter { !later.contains($0) } == expected)
        #expect(Set(seen).count == seen.count)
    }

    @Test("It is narrowed by event, by person, and by a time that begins with `from` and ends before `to`")
    func filters() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        try await fill(company, with: 5)
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (occurred_at, event, success, organization_id) VALUES
                ('2020-01-01T00:00:00Z', 'old_event', true, \(company.id)),
                ('2020-01-02T00:00:00Z', 'old_event', true, \(company.id)),
                ('2020-01-03T00:00:00Z', 'authn_token_created', true, \(company.id))
            """
        )
        #expect(events(try await page(company, "?event=testing_event")).count == 5)
        #expect(events(try await page(company, "?event=authn_token_created")) == ["authn_token_created"])
        #expect(events(try await page(company, "?event=nothing_such")) == [])
        #expect(events(try await page(company, "?user_id=\(employee.person.idText)")) == ["authn_login_success"])
        let range = "?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z"
        #expect(events(try await page(company, range)) == ["old_event"])
        #expect(
            events(try await page(company, "?to=2020-02-01T00:00:00Z")) == [
                "authn_token_created", "old_event", "old_event",
            ]
        )
        #expect(events(try await page(company, "?to=2020-02-01T00:00:00Z&event=old_event&limit=1")) == ["old_event"])
        #expect(events(try await page(company, "?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z")) == [])
        let second = try await page(company, "?event=old_event&limit=1").string("next_cursor")
        let last = try await page(company, "?event=old_event&limit=1&cursor=\(second)")
        #expect(last["data"]?.array?.first?["created_at"] == "2020-01-01T00:00:00Z" && last["next_cursor"] == .null)
    }

    @Test(
        "What cannot be asked for is named",
        arguments: [
            ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("limit=1&limit=1", "limit"),
            ("from=yesterday", "from"), ("from=2020-13-01T00:00:00Z", "from"), ("to=2020-01-01", "to"),
            ("from=99999-01-01T00:00:00Z", "from"), ("event=", "event"), ("event=A", "event"), ("event=a'b", "event"),
            ("event=\(String(repeating: "a", count: 64))", "event"), ("user_id=1", "user_id"), ("user_id=", "user_id"),
            ("cursor=", "cursor"), ("cursor=x", "cursor"), ("cursor=AAAAAAAAAAAAAAAAAAAAAAAA", "cursor"),
            ("cursor=AAAAAAAAAAAAAAAAAAAAAB", "cursor"), ("cursor=AAAAAAAAAAAAAAAAAAAAA%3D", "cursor"),
            ("cursor=_____________________w", "cursor"), ("cursor=AAAAAAAAAAD_________fw", "cursor"),
            ("cursor=AAAAAAAAAACAAAAAAAAAAA", "cursor"), ("cursor=a&cursor=b", "cursor"),
        ]
    )
    func badQueries(query: String, field: String) async throws {
        let company = try await site.company()
        let reply = try await page(company, "?\(query)")
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == [field])
    }

    @Test(
        "Any well-formed cursor is answered, also one that nobody was given",
        arguments: ["AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAB__________w"]
    )
    func inventedCursors(cursor: String) async throws {
        let company = try await site.company()
        let reply = try await page(company, "?cursor=\(cursor)")
        #expect(reply.status == 200 && reply["data"] == [] && reply["next_cursor"] == .null)
    }

    @Test("A page is found by an index, for any event, person or time")
    func plans() async throws {
        let company = try await site.company()
        let (organization, user) = (company.id, company.admin.id)
        let questions: [SQL] = [
            "", "AND event = 'authz_change' AND event <> 'authn_token_created'", "AND user_id = \(user)",
            "AND (occurred_at, id) < (now(), 5)", "AND occurred_at >= now() - interval '1 day'",
        ]
        for question in questions {
            let plan = try await site.database.transaction { transaction in
                _ = try await transaction.write("SET LOCAL enable_seqscan = off")
                _ = try await transaction.write("SET LOCAL enable_sort = off")
                _ = try await transaction.write("SET LOCAL ROLE portero_app")
                _ = try await transaction.write(
                    "SELECT set_config('portero.organization_id', \(organization.uuidString), true)"
                )
                return try await transaction.read(
                    """
                    EXPLAIN SELECT id FROM portero.auth_logs WHERE organization_id = \(organization) \(question)
                     ORDER BY occurred_at DESC, id DESC LIMIT 50
                    """
                ).map { (row: inout Row) throws(PostgresError) -> String in try row.next() }
            }
            #expect(
                plan.contains {
                    $0.contains("Index Cond: ((organization_id =") || $0.contains("Index Cond: (user_id =")
                        || $0.contains("Index Cond: (organization_id =")
                }
            )
            #expect(plan.contains { $0.contains("Seq Scan") } == false)
        }
    }
}
