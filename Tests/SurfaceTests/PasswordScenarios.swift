import Foundation
import Postgres
import Support
import Testing

@Suite("Changing and resetting a password", .serving(), .timeLimit(.minutes(10)))
struct PasswordScenarios {
    static let newPassword = "NuevaContraseñaSegura123!"

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func status(of token: String) async throws -> Int {
        try await visitor.get("/auth/me", token: token).status
    }

    private func login(_ person: Person, _ password: String) async throws -> Int {
        try await visitor.post(
            "/auth/login",
            ["email": .string(person.email), "password": .string(password)]
        ).status
    }

    private func change(_ token: String, from current: String, to new: String) async throws -> Reply {
        try await visitor.post(
            "/auth/change-password",
            ["current_password": .string(current), "new_password": .string(new)],
            token: token
        )
    }

    private func codeAskedFor(by person: Person) async throws -> String {
        let reply = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
        #expect(reply["message"] == "If the email exists, a verification code has been sent.")
        return try await site.mails.code(to: person.email)
    }

    private func reset(_ person: Person, _ code: String, to new: String = newPassword) async throws -> Reply {
        try await visitor.post(
            "/auth/reset-password",
            ["email": .string(person.email), "code": .string(code), "new_password": .string(new)]
        )
    }

    // MARK: - Changing

    @Test("A changed password works at once, the old one no more; the other sessions end, this one goes on")
    func changes() async throws {
        let person = try await site.person()
        let (here, there) = (try await site.session(of: person, visitor), try await site.session(of: person, visitor))
        let reply = try await change(here.access, from: person.password, to: Self.newPassword)
        #expect(reply.shape == Reply.message)
        #expect(try await status(of: here.access) == 200)
        #expect(try await status(of: there.access) == 401)
        let refreshes = [there.refresh, here.refresh].map { JSONText.object(["refresh_token": .string($0)]) }
        #expect(try await visitor.post("/auth/refresh", refreshes[0]).status == 401)
        #expect(try await visitor.post("/auth/refresh", refreshes[1]).status == 200)
        #expect(try await login(person, person.password) == 401)
        #expect(try await login(person, Self.newPassword) == 200)
        #expect(try await site.events(of: person).contains("authn_password_change"))
        let mail = try await site.mails.mail(to: person.email)
        #expect(mail.text.contains("La contraseña de tu cuenta cambió"))
    }

    @Test("A wrong current password is a 400 that names the field, and is logged")
    func wrongCurrent() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let reply = try await change(tokens.access, from: "Otra-Cripta-43", to: Self.newPassword)
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == ["current_password"])
        #expect(try await login(person, person.password) == 200)
        #expect(try await site.events(of: person).contains("authn_password_change_fail wrong_password"))
    }

    @Test("Wrong current passwords count like failed logins: after five, also the right one is refused")
    func wrongCurrentCounts() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        for _ in 0..<5 {
            #expect(try await change(tokens.access, from: "Otra-Cripta-43", to: Self.newPassword).status == 400)
        }
        let locked = try await change(tokens.access, from: person.password, to: Self.newPassword)
        #expect(locked.shape == Reply.problem(423))
        #expect(Int(locked.header("Retry-After") ?? "") != nil)
        #expect(try await login(person, person.password) == 423)
        #expect(try await status(of: tokens.access) == 200)
    }

    @Test(
        "A new password that is the current one or too weak is refused, naming the field",
        arguments: [
            Person.password, "corta", "password123", "aaaaaaaaaaaaaaaa", "NAME", "EMAIL",
            String(repeating: "xK7!qpZ9-", count: 60),
        ]
    )
    func weakNewPassword(new: String) async throws {
        let person = try await site.person("Hermenegilda Zarzuela")
        let tokens = try await site.session(of: person, visitor)
        let given = ["NAME": "HermenegildaZarzuela", "EMAIL": person.email][new] ?? new
        let reply = try await change(tokens.access, from: person.password, to: given)
        #expect(reply.shape == Reply.fieldProblem(), "\(reply.answer.text)")
        #expect(reply.faultyFields == ["new_password"])
        #expect(try await login(person, person.password) == 200)
    }

    @Test("Of many changes from one password at once, exactly one succeeds, and its password is the one that works")
    func changesAtOnce() async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let winners = try await site.atOnce(4) { visitor, number in
            let new = "Nueva-Cripta-\(number)\(number)!"
            let reply = try await visitor.post(
                "/auth/change-password",
                ["current_password": .string(person.password), "new_password": .string(new)],
                token: tokens.access
            )
            return reply.status == 200 ? [new] : []
        }.flatMap(\.self)
        #expect(winners.count == 1)
        #expect(try await login(person, winners.first ?? "") == 200)
        #expect(try await status(of: tokens.access) == 200)
    }

    // MARK: - Forgetting and resetting

    @Test("With the code from the mail, a new password is set, and every session ends at once")
    func resets() async throws {
        let person = try await site.person()
        let sessions = try await site.sessions(of: [person, person], visitor)
        let code = try await codeAskedFor(by: person)
        let reply = try await reset(person, code)
        #expect(reply.shape == Reply.message)
        #expect(reply["message"] == "Password reset successfully")
        for tokens in sessions {
            #expect(try await status(of: tokens.access) == 401)
            let refreshed = try await visitor.post("/auth/refresh", ["refresh_token": .string(tokens.refresh)])
            #expect(refreshed.status == 401)
        }
        #expect(try await login(person, person.password) == 401)
        #expect(try await login(person, Self.newPassword) == 200)
        let reasons = try await site.database.texts(
            "SELECT DISTINCT ended_reason FROM portero.sessions WHERE user_id = \(person.id) AND ended_at IS NOT NULL"
        )
        #expect(reasons == ["password_reset"])
        let mail = try await site.mails.mail(to: person.email, number: 2)
        #expect(mail.text.contains("La contraseña de tu cuenta cambió"))
        #expect(try await site.events(of: person).contains("authn_password_change reset"))
    }

    @Test("A code works once")
    func worksOnce() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        #expect(try await reset(person, code).status == 200)
        let again = try await reset(person, code, to: "Otra-Nueva-Cripta-9!")
        #expect(again.shape == Reply.problem(400))
        #expect(try await login(person, Self.newPassword) == 200)
    }

    @Test("A password that is refused costs neither the code nor a try")
    func refusedPasswordCostsNothing() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        for weak in ["corta", "password123", person.email] {
            let reply = try await reset(person, code, to: weak)
            #expect(reply.shape == Reply.fieldProblem())
            #expect(reply.faultyFields == ["new_password"])
        }
        let tries: Int? = try await site.database.value(
            "SELECT tries_left FROM portero.one_time_codes WHERE user_id = \(person.id)"
        )
        #expect(tries == 5)
        #expect(try await reset(person, code).status == 200)
    }

    @Test("Wrong, expired, used, replaced and exhausted codes, and those of unknown addresses, answer the same bytes")
    func oneRefusalForAll() async throws {
        var bodies: Set<String> = []
        func refuse(_ person: Person, _ code: String) async throws {
            let reply = try await reset(person, code)
            #expect(reply.shape == Reply.problem(400))
            bodies.insert(reply.answer.text)
        }
        let wrong = try await site.person()
        let code = try await codeAskedFor(by: wrong)
        try await refuse(wrong, code == "000000" ? "000001" : "000000")

        try await refuse(Person(id: UUID(), email: Site.newEmail(), name: ""), "123456")
        try await refuse(try await site.person(), "123456")

        let expired = try await site.person()
        let late = try await codeAskedFor(by: expired)
        try await site.database.run(
            "UPDATE portero.one_time_codes SET expires_at = now() WHERE user_id = \(expired.id)"
        )
        try await refuse(expired, late)

        let used = try await site.person()
        let once = try await codeAskedFor(by: used)
        #expect(try await reset(used, once).status == 200)
        try await refuse(used, once)

        let closed = try await site.person()
        let useless = try await codeAskedFor(by: closed)
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        try await refuse(closed, useless)
        #expect(bodies.count == 1)
    }

    @Test("A code is of its own purpose and person")
    func purposeAndPerson() async throws {
        let (ana, bruno) = (try await site.person(), try await site.person())
        let code = try await codeAskedFor(by: ana)
        #expect(try await reset(bruno, code).status == 400)
        let verified = try await visitor.post(
            "/auth/verify-email",
            ["email": .string(ana.email), "code": .string(code)]
        )
        #expect(verified.status == 400)
        #expect(try await reset(ana, code).status == 200)
    }

    @Test("A password that was changed meanwhile makes the code useless")
    func codeDiesWithTheOldPassword() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        let tokens = try await site.session(of: person, visitor)
        #expect(try await change(tokens.access, from: person.password, to: "Nueva-Cripta-12!").status == 200)
        #expect(try await reset(person, code).status == 400)
    }

    @Test("A reset forgives failed logins, and verifies the address that the code went to")
    func resetForgives() async throws {
        let person = try await site.person()
        try await site.database.run(
            "UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)"
        )
        for _ in 0..<5 { _ = try await login(person, "Otra-Cripta-43") }
        #expect(try await login(person, person.password) == 423)
        let code = try await codeAskedFor(by: person)
        #expect(try await reset(person, code).status == 200)
        #expect(try await login(person, Self.newPassword) == 200)
        let isVerified: Bool? = try await site.database.value(
            "SELECT email_verified_at IS NOT NULL FROM portero.users WHERE id = \(person.id)"
        )
        #expect(isVerified == true)
    }

    @Test(
        "Forgetting answers the same bytes and headers whatever the address, and mails only to accounts that are open"
    )
    func forgottenByAnybody() async throws {
        let (known, closed) = (try await site.person(), try await site.person())
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        var replies: [Reply] = []
        for email in [known.email, known.email, closed.email, Site.newEmail(), known.email.uppercased()] {
            replies.append(try await visitor.post("/auth/forgot-password", ["email": .string(email)]))
        }
        let first = try #require(replies.first)
        #expect(first.shape == Reply.message)
        for reply in replies.dropFirst() {
            #expect(reply.answer.body == first.answer.body && reply.steadyHeaders == first.steadyHeaders)
        }
        let recipients = try await site.database.texts(
            "SELECT recipient FROM portero.mail_outbox WHERE recipient IN (\(known.email), \(closed.email))"
        )
        #expect(recipients == [known.email])
        #expect(
            try await site.events(of: closed) == ["authn_password_reset_request inactive"]
        )
    }

    @Test(
        "The mail goes to the stored address, speaks the language of the request, and holds no link and nothing of the Host header"
    )
    func mail() async throws {
        let person = try await site.person()
        let reply = try await visitor.post(
            "/auth/forgot-password",
            ["email": .string(" \(person.email.uppercased()) ")],
            headers: [
                ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"),
                ("Origin", "https://evil.example"), ("Accept-Language", "en"),
            ]
        )
        #expect(reply.status == 200)
        let mail = try await site.mails.mail(to: person.email)
        #expect(mail.subject == "Your code to reset your password")
        #expect(mail.text.contains("It works for 10 minutes"))
        for word in ["evil", "http", "://"] {
            #expect(!mail.text.contains(word))
            #expect(!mail.headers.values.contains { $0.contains(word) })
        }
    }
}
