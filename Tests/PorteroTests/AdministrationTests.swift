import Foundation
import Support
import Testing

@testable import portero

/// Against a database and a server, each command as a process of its own.
@Suite("portero organization and portero user", .serialized, .timeLimit(.minutes(3)))
struct AdministrationTests {
    @Test("An organization is made with its domains, and listed; what is taken or unknown is said in one line")
    func organizations() async throws {
        try await ServedDatabase.lend { site in
            let made = try await site.command(
                "organization create --name Cripta --slug cripta --domain B.example --domain a.example --domain b.example"
            )
            #expect(made == (0, "created cripta\n", ""))
            let listed = try await site.command("organization list")
            #expect(listed.status == 0 && listed.complaints.isEmpty)
            let moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/
            #expect(
                listed.output.replacing(moment, with: "NOW").split(separator: "\n").map { $0.split(separator: " ") }
                    == [
                        ["SLUG", "MEMBERS", "CREATED", "DOMAINS", "NAME"],
                        ["cripta", "0", "NOW", "a.example,b.example", "Cripta"],
                        ["default", "1", "NOW", "-", "Default"],
                    ]
            )
            let roles = "SELECT count(*) FROM portero.roles r JOIN portero.organizations o ON o.id = organization_id"
            #expect(try psql(site.url, "\(roles) WHERE slug = 'cripta'") == "3\n")

            for (line, complaint) in [
                ("organization create --name N --slug cripta", "--slug names another organization"),
                ("organization create --name N --slug n --domain A.example", "--domain names a domain of another"),
                ("user list --organization nowhere", "--organization names no organization"),
                ("user deactivate --email nobody@example.com", "--email names no account"),
                ("user activate --email nobody@example.com", "--email names no account"),
                ("user unlock --email nobody@example.com", "--email names no account"),
                ("user logout --email nobody@example.com", "--email names no account"),
            ] {
                let refused = try await site.command(line)
                #expect(refused.status == 1 && refused.output.isEmpty, "\(line)")
                #expect(refused.complaints.hasPrefix("portero: \(complaint)"), "\(refused.complaints)")
                #expect(refused.complaints.split(separator: "\n").count == 1)
            }
            #expect(try psql(site.url, "SELECT count(*) FROM portero.organizations") == "2\n")
        }
    }

    @Test("The operator gives a host and takes it away, also from another organization, for the next request already")
    func domains() async throws {
        try await ServedDatabase.lend { site in
            for slug in ["cripta", "faro"] { try await site.command("organization create --name N --slug \(slug)") }
            // Ana works in the default organization alone.
            func login() async throws -> Int { try await site.track(at: "Uno.example:8000") }
            #expect(try await login() == 200)
            for (line, answer, status) in [
                (
                    "--slug cripta --add Uno.example --add dos.example --add uno.example",
                    "cripta has dos.example,uno.example", 401
                ),
                ("--slug cripta --add uno.example", "cripta has dos.example,uno.example", 401),
                ("--slug cripta --remove uno.example --add tres.example", "cripta has dos.example,tres.example", 200),
                ("--slug faro --add dos.example --add uno.example --move", "faro has dos.example,uno.example", 401),
                ("--slug default --add uno.example --move", "default has uno.example", 200),
                ("--slug cripta --remove tres.example", "cripta has no domain", 200),
            ] {
                let done = try await site.command("organization domain \(line)")
                #expect(done == (0, answer + "\n", ""), "\(line)")
                #expect(try await login() == status, "\(line)")
            }
            let rows = """
                SELECT o.slug, l.surface, l.reason, l.actor_id IS NULL, l.details -> 'before' ->> 'domains',
                       l.details -> 'after' ->> 'domains'
                  FROM portero.auth_logs l JOIN portero.organizations o ON o.id = l.organization_id
                 WHERE l.event = 'organization_updated' ORDER BY l.occurred_at, o.slug
                """
            #expect(
                try psql(site.url, rows).split(separator: "\n") == [
                    #"cripta|command-line|command_line|t|[]|["dos.example", "uno.example"]"#,
                    #"cripta|command-line|command_line|t|["dos.example", "uno.example"]|["dos.example", "tres.example"]"#,
                    #"cripta|command-line|command_line|t|["dos.example", "tres.example"]|["tres.example"]"#,
                    #"faro|command-line|command_line|t|[]|["dos.example", "uno.example"]"#,
                    #"default|command-line|command_line|t|[]|["uno.example"]"#,
                    #"faro|command-line|command_line|t|["dos.example", "uno.example"]|["dos.example"]"#,
                    #"cripta|command-line|command_line|t|["tres.example"]|[]"#,
                ]
            )
        }
    }

    @Test("A host that is another organization's is refused with whose it is, and nothing of the command is done")
    func refusesDomains() async throws {
        try await ServedDatabase.lend { site in
            try await site.command("organization create --name N --slug cripta --domain uno.example")
            try await site.command("organization create --name N --slug faro --domain dos.example")
            let rows = "SELECT domain, organization_id FROM portero.organization_domains ORDER BY 1"
            let (before, events) = (try psql(site.url, rows), "SELECT count(*) FROM portero.auth_logs")
            let count = try psql(site.url, events)
            for (line, complaint) in [
                (
                    "--slug cripta --add tres.example --add dos.example",
                    "--add dos.example: it belongs to faro, from where --move would take it; nothing was changed"
                ),
                (
                    "--slug cripta --add tres.example --remove dos.example",
                    "--remove dos.example: it belongs to faro, not to cripta; nothing was changed"
                ),
                (
                    "--slug cripta --add dos.example --move --remove tres.example",
                    "--remove tres.example: it belongs to no organization; nothing was changed"
                ),
                ("--slug nadie --add tres.example", "--slug names no organization, got \"nadie\""),
            ] {
                let refused = try await site.command("organization domain \(line)")
                #expect(refused == (1, "", "portero: \(complaint)\n"), "\(line)")
            }
            #expect(try psql(site.url, rows) == before)
            #expect(try psql(site.url, events) == count)
        }
    }

    @Test("Accounts are listed by address, by organization and by what is searched for, and no more than asked for")
    func lists() async throws {
        try await ServedDatabase.lend { site in
            try await site.command("organization create --name Cripta --slug cripta")
            try await site.command("admin create --email bruno@example.com --name Núñez --organization cripta")
            try await site.command("admin create --email clara_x@example.com --name Clara --organization cripta")
            func emails(_ options: String) async throws -> [Substring] {
                let answer = try await site.command("user list \(options)")
                #expect(answer.status == 0)
                return answer.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "@" } }
            }
            #expect(try await emails("") == ["ana", "bruno", "clara_x"])
            #expect(try await emails("--organization cripta") == ["bruno", "clara_x"])
            #expect(try await emails("--search NÚÑ") == ["bruno"])
            #expect(try await emails("--search _") == ["clara_x"])
            #expect(try await emails("--search ana --organization cripta") == [])
            let cut = try await site.command("user list --limit 2")
            #expect(cut.output.split(separator: "\n").count == 3)
            #expect(cut.complaints == "portero: there are more than these 2: see --limit\n")
        }
    }

    @Test("Deactivating refuses every token at once and every login, until activating; both are written down")
    func deactivates() async throws {
        try await ServedDatabase.lend { site in
            // the last Admin would have to stay
            try await site.command("admin create --email bruno@example.com --name Bruno")
            let tokens = [try await site.logIn().field("access_token"), try await site.logIn().field("access_token")]
            #expect(try await site.me(tokens[0]) == 200)
            try await site.expect("user deactivate", "deactivated ana@example.com: 2 sessions ended")
            for token in tokens { #expect(try await site.me(token) == 401) }
            #expect(try await site.logIn().status == 400)
            try await site.expect("user deactivate", "ana@example.com was inactive")
            try await site.expect("user activate", "activated ana@example.com")
            try await site.expect("user activate", "ana@example.com was active")
            #expect(try await site.me(tokens[0]) == 401)
            #expect(try await site.logIn().status == 200)

            let rows = """
                SELECT event, reason, organization_id IS NOT NULL, details FROM portero.auth_logs
                 WHERE surface = 'command-line' AND event IN ('user_updated', 'authn_token_revoked')
                 ORDER BY occurred_at, event, 3
                """
            #expect(
                try psql(site.url, rows).split(separator: "\n") == [
                    #"authn_token_revoked|deactivated|t|{"sessions": 2}"#,
                    #"user_updated|deactivated|f|{"after": {"is_active": false}, "before": {"is_active": true}}"#,
                    #"user_updated|deactivated|t|{"after": {"is_active": false}, "before": {"is_active": true}}"#,
                    #"user_updated|activated|f|{"after": {"is_active": true}, "before": {"is_active": false}}"#,
                    #"user_updated|activated|t|{"after": {"is_active": true}, "before": {"is_active": false}}"#,
                ]
            )
            let ended = "SELECT DISTINCT ended_reason FROM portero.sessions WHERE ended_at IS NOT NULL"
            #expect(try psql(site.url, ended) == "deactivated\n")
        }
    }

    @Test("Unlocking lets in whom failures kept out, also where they were counted under the secret before")
    func unlocks() async throws {
        try await ServedDatabase.lend(["PORTERO_LOCKOUT_ATTEMPTS": "2"]) { site in
            for secrets in [goodSecret, "\(freshSecret()),\(goodSecret)"] {
                for _ in 0..<2 { #expect(try await site.logIn("wrong").status == 401) }
                #expect(try await site.logIn().status == 423)
                let visitor = try RunningServer(
                    in: site.place,
                    ["user", "unlock", "--email", "Ana@Example.com"],
                    site.settings.merging(["PORTERO_SECRET": secrets]) { $1 }
                )
                #expect(await visitor.end() == 0)
                #expect(visitor.output == "unlocked Ana@Example.com: 2 failed logins forgotten\n")
                #expect(try await site.logIn().status == 200)
            }
            let rows = "SELECT count(*) FROM portero.auth_logs WHERE event = 'authn_login_unlock'"
            #expect(try psql(site.url, rows) == "2\n")
        }
    }

    @Test("Logging out ends every session, says how many, and forbids nothing")
    func logsOut() async throws {
        try await ServedDatabase.lend { site in
            let token = try await site.logIn().field("access_token")
            try await site.expect("user logout", "logged ana@example.com out: 1 session ended")
            #expect(try await site.me(token) == 401)
            try await site.expect("user logout", "logged ana@example.com out: 0 sessions ended")
            let rows = """
                SELECT details ->> 'sessions' FROM portero.auth_logs
                 WHERE event = 'authn_token_revoked' ORDER BY occurred_at
                """
            #expect(try psql(site.url, rows) == "1\n0\n")
            #expect(try await site.logIn().status == 200)
        }
    }

    @Test("The last Admin of an organization stays, and the refusal names it")
    func keepsTheLastAdmin() async throws {
        try await ServedDatabase.lend { site in
            let token = try await site.logIn().field("access_token")
            let refused = try await site.command("user deactivate --email ana@example.com")
            #expect(refused.status == 1 && refused.output.isEmpty)
            #expect(
                refused.complaints
                    == "portero: ana@example.com is the last Admin of default: make another first\n"
            )
            #expect(try await site.me(token) == 200)
        }
    }
}

extension ServedDatabase {
    /// Does to Ana's account what the command says, and expects one line.
    fileprivate func expect(_ command: String, _ line: String) async throws {
        let done = try await self.command("\(command) --email ana@example.com")
        #expect(done == (0, line + "\n", ""), "\(command)")
    }
}
