import Foundation
import Postgres
import Support
import Testing

/// Whoever founds an organization could try logins there with anybody's name, and read in its own log how they went.
@Suite(
    "What an organization's log tells of people who are none of its own",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "3"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct OutsiderScenarios {
    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    /// A person, how they are named at a login, and their number.
    private func person(namedAt contract: Contract) async throws -> (person: Person, name: String, number: Int) {
        let person = try await site.person("Eva Ajena")
        let username = "eva\(UInt64.random(in: 0 ... .max))"
        try await site.database.run("UPDATE portero.users SET username = \(username) WHERE id = \(person.id)")
        return (person, contract == .usuarios ? username : person.email, try await site.number(of: person))
    }

    private func logs(of staff: Staff, _ query: String = "") async throws -> [JSONText] {
        let reply = try await doors.main.get(
            "/api/auth/logs?success=false&limit=100\(query)",
            token: staff.token,
            headers: staff.headers
        )
        return reply["logs"]?.array ?? []
    }

    /// Event, reason and number, the oldest first, of rows that name `name`.
    private func story(of name: String, at staff: Staff) async throws -> [String] {
        try await logs(of: staff, "&email=\(name)").reversed().map { row in
            let words = [row["event"]?.string, row["reason"]?.string, row["userId"]?.integer.map { "\($0)" }]
            return words.compactMap(\.self).joined(separator: " ")
        }
    }

    @Test(
        "Of tries at a stranger's account it tells what was typed, and nothing that it would not of no account at all",
        arguments: Contract.boundLogins
    )
    func strangers(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let (stranger, name, number) = try await person(namedAt: contract)
        _ = try await site.organization("Otra", with: stranger, as: "Admin")
        let nobody = contract == .usuarios ? name + "x" : Site.newEmail()
        for (name, passwords) in [
            (name, ["Falsa-Cripta-99!", stranger.password, "Falsa-Cripta-99!"]),
            (nobody, Array(repeating: stranger.password, count: 3)),
        ] {
            for password in passwords {
                let reply = try await contract.login(name, password, at: doors, headers: staff.headers)
                #expect(reply.status == 401)
            }
            let locked = try await contract.login(name, stranger.password, at: doors, headers: staff.headers)
            #expect(locked.status == 423)
        }

        let told = try await story(of: name, at: staff)
        #expect(
            told == Array(repeating: "authn_login_fail unknown_account", count: 3)
                + ["authn_login_lock too_many_failures", "authn_login_fail locked"]
        )
        #expect(try await story(of: nobody, at: staff) == told)
        #expect(try await logs(of: staff, "&userId=\(number)") == [])
        let report = try await doors.main.get(
            "/api/auth/security/report",
            token: staff.token,
            headers: staff.headers
        )
        let failed = report["topFailedEmails"]?.array?.compactMap { $0["email"]?.string } ?? []
        #expect(failed.sorted() == [name, nobody].sorted())
        let suspicions = report["suspiciousActivity"]?.array ?? []
        #expect(suspicions.count == 2 && suspicions.allSatisfy { $0["userId"] == .null })
        let trail = try await doors.main.get(
            "/organizations/\(staff.organization.uuidString.lowercased())/audit-log",
            token: staff.token
        )
        #expect(trail["data"]?.array?.count { $0["email"] == .string(name) } == 5)
        for text in [trail, report].map(\.answer.text) {
            #expect(!text.contains(stranger.idText))
            #expect(name == stranger.email || !text.contains(stranger.email))
        }
        let operators = try await site.database.texts(
            "SELECT reason FROM public.auth_logs WHERE user_id = \(number) ORDER BY created_at, id"
        )
        #expect(operators == ["wrong_password", "not_member", "wrong_password", "too_many_failures", "locked"])
    }

    @Test("A member who is barred is still the organization's own", arguments: Contract.boundLogins)
    func barred(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let (member, name, number) = try await person(namedAt: contract)
        try await site.join(member, to: staff.organization, as: "Usuario")
        try await site.database.run("UPDATE portero.memberships SET is_active = false WHERE user_id = \(member.id)")
        for password in ["Falsa-Cripta-99!", member.password] {
            let reply = try await contract.login(name, password, at: doors, headers: staff.headers)
            #expect(reply.status == 401)
        }
        #expect(
            try await story(of: member.email, at: staff) == [
                "authn_login_fail wrong_password \(number)", "authn_login_fail not_member \(number)",
            ]
        )
    }

    @Test("A token used at another tenant's host is written down there, and not whose it is", arguments: Contract.bound)
    func foreignTokens(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let stranger = try await site.person("Eva Ajena")
        _ = try await site.organization("Otra", with: stranger, as: "Admin")
        let tokens = try await site.session(of: stranger)
        let path =
            switch contract {
            case .escapeRoom, .ingeocimyc: "GET /api/auth/profile"
            case .sessionTracking: "POST /logout"
            case .sesiones: "GET /sesiones/self"
            case .usuarios: "GET /api/roles"
            }
        let words = path.split(separator: " ").map(String.init)
        let reply = try await contract.visitor(doors).send(
            words[0],
            words[1],
            body: contract == .sessionTracking ? #"{"session_id":7}"# : "",
            headers: staff.headers + [contract.header(for: tokens.access)]
        )
        #expect(reply.shape == contract.refusal(403))
        let rows = try await logs(of: staff, "&event=authz_fail")
        #expect(rows.count == 1)
        for row in rows {
            #expect(row["reason"] == "not_member" && row["userId"] == .null)
            #expect(row["email"] == .null && row["sessionId"] == .null)
        }
        let number = try await site.number(of: stranger)
        let kept = try await site.database.count(
            """
            SELECT count(*) FROM public.auth_logs
             WHERE user_id = \(number) AND event = 'authz_fail' AND session_id IS NOT NULL
            """
        )
        #expect(kept == 1)
    }

    @Test(
        "The server cannot read what it conceals",
        arguments: ["concealed_user_id", "concealed_session_id", "concealed_reason", "*"]
    )
    func concealed(column: String) async throws {
        let refusal = await #expect(throws: ScriptError.self) {
            try await Script.run(
                "SET ROLE portero_app; SELECT \(column) FROM portero.auth_logs",
                url: site.scratch.url,
                on: TestLoops.next()
            )
        }
        #expect(refusal?.sqlState == "42501")
    }
}
