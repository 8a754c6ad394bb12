import Support
import Testing

@testable import portero

@Suite("portero doctor")
struct DoctorTests {
    @Test(
        "A clock may differ by five seconds",
        arguments: [
            (0, true, "0 ms ahead of"), (0.0123, true, "12 ms ahead of"), (-4.96, true, "4.9 s behind"),
            (5, true, "5.0 s ahead of"), (5.001, false, "5.0 s ahead of"), (-7.25, false, "7.2 s behind"),
            (86_400, false, "86400.0 s ahead of"),
        ] as [(Double, Bool, String)]
    )
    func judgesClocks(_ seconds: Double, _ isWell: Bool, _ words: String) {
        let finding = Finding(clockAheadBy: .seconds(seconds))
        #expect(finding.isWell == isWell)
        #expect(finding.detail == "the database's is \(words) this machine's")
    }

    @Test("It logs in to the mail server, and sends nothing")
    func logsIn() async throws {
        let catcher = try await SMTPCatcher(login: "ana:hunter2")
        try await withScratchFolder { place in
            let url = "@127.0.0.1:\(catcher.port)"
            let right = try await examine(place, ["PORTERO_SMTP_URL": "smtp://ana:hunter2\(url)"])
            #expect(right.contains(/ok +mail +smtp:\/\/‹secret›@127.0.0.1:\d+; user and password travel unencrypted\n/))
            let wrong = try await examine(place, ["PORTERO_SMTP_URL": "smtp://ana:hunter3\(url)"])
            #expect(wrong.contains(/FAILED +mail .*: the mail server refused the user or password \(reply 535\)\n/))
            #expect(!right.contains("hunter") && !wrong.contains("hunter"))
        }
        #expect(try catcher.mails().isEmpty)
        await catcher.stop()
    }

    @Test("Without a mail server it says where mails go, and a database out of reach hides nothing of that")
    func namesTheFolder() async throws {
        try await withScratchFolder { place in
            let lines = try await examine(place, [:])
            #expect(lines.contains("no PORTERO_SMTP_URL: files in \(place)/data/mail\n"))
            #expect(lines.contains(/FAILED +database +postgresql:\/\/127.0.0.1:1\/auth: .*Connection refused/))
        }
    }

    @Test(
        "Where others may come, it warns that they may take any host, and fails nothing for that",
        arguments: [
            ([:], "any\n"),
            (["PORTERO_LISTEN": "0.0.0.0:0"], "any; whoever manages an organization takes any host"),
            (["PORTERO_LISTEN_USUARIOS": "[::]:0"], "any; whoever"), (["PORTERO_LISTEN": "[::1]:0"], "any\n"),
            (["PORTERO_METRICS": "0.0.0.0:0"], "any\n"),
            (["PORTERO_PUBLIC_URL": "https://auth.example.com"], "any; whoever"),
            (["PORTERO_PUBLIC_URL": "http://localhost:8000"], "any\n"),
            (["PORTERO_PUBLIC_URL": "http://[::1]:8000"], "any\n"),
            (["PORTERO_PUBLIC_URL": "http://192.168.1.7"], "any; whoever"),
            (["PORTERO_LISTEN": "0.0.0.0:0", "PORTERO_ORGANIZATION_DOMAINS": "*.example"], "*.example\n"),
            (["PORTERO_LISTEN": "0.0.0.0:0", "PORTERO_ORGANIZATION_DOMAINS": "none"], "none\n"),
        ] as [([String: String], String)]
    )
    func warnsOfOpenDomains(_ settings: [String: String], _ words: String) async throws {
        try await withScratchFolder { place in
            let lines = try await examine(place, settings)
            let line = try #require(lines.split(separator: "\n").first { $0.contains("PORTERO_ORGANIZATION_DOMAINS") })
            #expect(line.hasPrefix("ok "))
            #expect((line + "\n").contains("PORTERO_ORGANIZATION_DOMAINS \(words)"), "\(line)")
        }
    }

    @Test("With a database in reach it looks at all that is in it")
    func looksAtEverything() async throws {
        try await withScratchDatabase { scratch, _ in
            try await withScratchFolder { place in
                let before = try await run(["doctor"], in: place, scratch.url)
                #expect(before.status == 1)
                #expect(before.output.contains(/FAILED +migrations +\d+ pending: run portero migrate\n/))
                #expect(try await run(["migrate"], in: place, scratch.url).status == 0)
                let after = try await run(["doctor"], in: place, scratch.url)
                #expect(after.status == 0)
                let subjects = after.output.split(separator: "\n").map { $0.split(separator: " ")[1] }
                #expect(subjects == ["secret", "port", "domains", "mail", "database", "migrations", "role", "clock"])
            }
        }
    }

    /// What it says where there is no database.
    private func examine(_ place: String, _ settings: [String: String]) async throws -> String {
        let ended = try await run(["doctor"], in: place, "postgresql://127.0.0.1:1/auth", settings)
        #expect(ended.status == 1)
        return ended.output
    }
}
