import Foundation
import Postgres
import Support
import Testing

@Suite("Logging in", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct LoginScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    @Test("The right password answers a bearer token, a refresh token, and nothing else")
    func logsIn() async throws {
        let person = try await site.person()
        let reply = try await visitor.post("/auth/login", person.credentials)
        #expect(reply.shape == Reply.tokens)
        #expect(reply["token_type"] == "bearer")
        #expect(reply.header("Content-Type") == "application/json; charset=utf-8")
        #expect(reply.header("Cache-Control") == "no-store")
        let me = try await visitor.get("/auth/me", token: Tokens(reply).access)
        #expect(me["id"] == .string(person.idText))
    }

    @Test("An address is trimmed and compared without regard to case", arguments: ["upper", "spaces"])
    func addressForms(form: String) async throws {
        let person = try await site.person()
        let email = form == "upper" ? person.email.uppercased() : " \t\(person.email)\n"
        let reply = try await visitor.post(
            "/auth/login",
            ["email": .string(email), "password": .string(person.password)]
        )
        #expect(reply.status == 200)
    }

    @Test(
        "Another spelling of a password is another password",
        arguments: [
            " Cripta-Sombra-42", "Cripta-Sombra-42 ", "cripta-sombra-42", "Cripta-Sombra-4",
            "Cripta-Sombra-42\u{0}x".replacing("\u{0}", with: "\u{1}"),
        ]
    )
    func wrongPassword(given: String) async throws {
        let person = try await site.person()
        let reply = try await visitor.post(
            "/auth/login",
            ["email": .string(person.email), "password": .string(given)]
        )
        #expect(reply.shape == Reply.problem(401))
    }

    @Test("An unknown account and a wrong password answer the same bytes and the same headers")
    func unknownLikeWrong() async throws {
        let person = try await site.person()
        let closed = try await site.person()
        let without = try await site.person()
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        try await site.database.run("UPDATE portero.users SET password_hash = NULL WHERE id = \(without.id)")
        var replies: [Reply] = []
        for email in [Site.newEmail(), person.email, closed.email, without.email] {
            replies.append(
                try await visitor.post("/auth/login", ["email": .string(email), "password": "Otra-Cripta-43"])
            )
        }
        let first = try #require(replies.first)
        #expect(first.status == 401)
        for reply in replies.dropFirst() {
            #expect(reply.answer.body == first.answer.body)
            #expect(reply.status == first.status)
            #expect(reply.steadyHeaders == first.steadyHeaders)
        }
    }

    @Test("A deactivated account is told so, with 400, once the password was right, and gets no session")
    func inactiveAccount() async throws {
        let person = try await site.person()
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        let reply = try await visitor.post("/auth/login", person.credentials)
        #expect(reply.shape == Reply.problem(400))
        #expect(try await site.events(of: person).last == "authn_login_fail inactive")
        let sessions = try await site.database.count(
            "SELECT count(*) FROM portero.sessions WHERE user_id = \(person.id)"
        )
        #expect(sessions == 0)
    }

    @Test("Each login opens a session of its own, whatever tokens come with the request")
    func neverAdoptsASession() async throws {
        let person = try await site.person()
        let first = try await site.session(of: person)
        let reply = try await visitor.send(
            "POST",
            "/auth/login?session_id=1&access_token=\(first.access)",
            body: person.credentials.text,
            token: first.access,
            headers: [("Cookie", "session=\(first.refresh)")]
        )
        let second = Tokens(reply)
        #expect(second.refresh != first.refresh && second.access != first.access)
        let sessions = try await site.database.count(
            "SELECT count(DISTINCT number) FROM portero.sessions WHERE user_id = \(person.id)"
        )
        #expect(sessions == 2)
    }

    @Test("Where a body could mean two accounts, none is logged in to")
    func ambiguousBodies() async throws {
        let (ana, bruno) = (try await site.person(), try await site.person())
        let password = Person.password
        let bodies = [
            #"{"email":"\#(ana.email)","email":"\#(bruno.email)","password":"\#(password)"}"#,
            #"{"email":"\#(ana.email)","\u0065mail":"\#(bruno.email)","password":"\#(password)"}"#,
            #"{"email":["\#(ana.email)"],"password":"\#(password)"}"#,
            #"{"email":{"\#(ana.email)":1},"password":"\#(password)"}"#,
            #"{"email":"\#(ana.email),\#(bruno.email)","password":"\#(password)"}"#,
            #"{"email":"\#(ana.email)\u0000","password":"\#(password)"}"#,
            #"{"Email":"\#(ana.email)","password":"\#(password)"}"#,
        ]
        for body in bodies {
            let reply = try await visitor.send("POST", "/auth/login", body: body)
            #expect(reply.status == 400, "\(body)")
        }
        for person in [ana, bruno] { #expect(try await site.events(of: person).isEmpty) }
    }

    @Test("Credentials count in a JSON body only")
    func credentialsElsewhere() async throws {
        let person = try await site.person()
        let form = "email=\(person.email)&password=\(person.password)"
        let inQuery = try await visitor.post("/auth/login?\(form)")
        #expect(inQuery.status == 415)
        let asForm = try await visitor.send(
            "POST",
            "/auth/login",
            body: form,
            headers: [("Content-Type", "application/x-www-form-urlencoded")]
        )
        #expect(asForm.status == 415)
        #expect(try await site.events(of: person).isEmpty)
    }

    @Test("Login picks the organization used last, else the first membership, else none")
    func activeOrganization() async throws {
        let person = try await site.person()
        #expect(try await organization(of: person) == .null)
        let first = try await site.organization("Zeta", with: person, as: "Staff")
        let second = try await site.organization("Alfa", with: person, as: "Staff")
        #expect(try await organization(of: person) == .string(first.uuidString.lowercased()))
        try await site.database.run(
            "UPDATE portero.users SET last_organization_id = \(second) WHERE id = \(person.id)"
        )
        #expect(try await organization(of: person) == .string(second.uuidString.lowercased()))
        try await site.database.run(
            "UPDATE portero.memberships SET is_active = false WHERE organization_id = \(second)"
        )
        #expect(try await organization(of: person) == .string(first.uuidString.lowercased()))
    }

    private func organization(of person: Person) async throws -> JSONText? {
        let tokens = try await site.session(of: person, visitor)
        return try await visitor.get("/auth/me", token: tokens.access)["organization_id"]
    }

    @Test("An older hash of a lower cost or another kind still verifies, and is replaced at login")
    func rehashes() async throws {
        for hash in OldHashes.all {
            let person = try await site.person()
            try await site.database.run(
                "UPDATE portero.users SET password_hash = \(hash) WHERE id = \(person.id)"
            )
            _ = try await site.session(of: person, visitor)
            let stored: String? = try await site.database.value(
                "SELECT password_hash FROM portero.users WHERE id = \(person.id)"
            )
            #expect(stored?.hasPrefix("$2b$10$") == true, "\(hash)")
            _ = try await site.session(of: person, visitor)
            let again: String? = try await site.database.value(
                "SELECT password_hash FROM portero.users WHERE id = \(person.id)"
            )
            #expect(again == stored)
        }
    }

    @Test("A hash of another program's making verifies, and stays where it is as strong as ours")
    func foreignHash() async throws {
        let person = try await site.person()
        try await site.database.run(
            "UPDATE portero.users SET password_hash = \(OldHashes.foreign) WHERE id = \(person.id)"
        )
        _ = try await site.session(of: person, visitor)
        let stored: String? = try await site.database.value(
            "SELECT password_hash FROM portero.users WHERE id = \(person.id)"
        )
        #expect(stored == OldHashes.foreign)
    }

    @Test("Logins at once that all replace an old hash all succeed, and later ones too")
    func rehashesAtOnce() async throws {
        let person = try await site.person()
        try await site.database.run(
            "UPDATE portero.users SET password_hash = \(OldHashes.all[0]) WHERE id = \(person.id)"
        )
        let statuses = try await site.atOnce(12) { visitor, _ in
            try await visitor.insist("/auth/login", person.credentials).status
        }
        #expect(Set(statuses) == [200])
        #expect(try await visitor.post("/auth/login", person.credentials).status == 200)
    }
}

/// `Person.password` by bcrypt at cost 5, and by argon2id.
enum OldHashes {
    static let all = [
        "$2b$05$ULQTEGtpbS/DzldrCCTBR.SX9/O0e7QRQQZU6tjTeshfidpD61x1m",
        "$argon2id$v=19$m=19456,t=2,p=1$rhByOnxD2M0nikhke0381Q$HcOW49PXkDCeOpRLvl7XRt9y3SCGA6gP7X8gtnzIXEA",
    ]
    /// By PHP, at today's cost.
    static let foreign = "$2y$10$h6YGT5mIg6nA9FvCrUA.V.1lZ4CBwjGKwJwRvXqY.AkgCP1PSX3mm"
}

extension Reply {
    /// The headers but those that differ with every answer.
    var steadyHeaders: [String] {
        answer.headers.map { "\($0.name): \($0.value)" }
            .filter { !$0.hasPrefix("Date:") && !$0.hasPrefix("X-Request-Id:") }
    }
}
