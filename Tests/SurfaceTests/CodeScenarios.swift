import Foundation
import Postgres
import Support
import Testing

@Suite("Codes from mails", .serving(), .timeLimit(.minutes(10)))
struct CodeScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func codeAskedFor(by person: Person, number: Int = 1) async throws -> String {
        _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
        return try await site.mails.code(to: person.email, number: number)
    }

    private func attempt(_ person: Person, _ code: String, to new: String = "Nueva-Cripta-77!") -> JSONText {
        ["email": .string(person.email), "code": .string(code), "new_password": .string(new)]
    }

    private func triesLeft(of person: Person) async throws -> Int? {
        try await site.database.value(
            """
            SELECT tries_left::int FROM portero.one_time_codes WHERE user_id = \(person.id)
             ORDER BY created_at DESC LIMIT 1
            """
        )
    }

    /// Codes that are not `code`.
    private func wrongCodes(_ count: Int, but code: String) -> [String] {
        (0..<count + 1).map { "\(100_000 + $0 * 7)" }.filter { $0 != code }.prefix(count).map { $0 }
    }

    /// Lets the minute between two mails go by.
    private func letAMinuteGoBy(for person: Person) async throws {
        try await site.database.run(
            """
            UPDATE portero.one_time_codes SET created_at = created_at - interval '61 seconds'
             WHERE user_id = \(person.id)
            """
        )
    }

    @Test("Five tries are evaluated, and then the right code is refused too")
    func fiveTries() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        for (spent, wrong) in wrongCodes(5, but: code).enumerated() {
            #expect(try await triesLeft(of: person) == 5 - spent)
            #expect(try await visitor.post("/auth/reset-password", attempt(person, wrong)).status == 400)
        }
        #expect(try await visitor.post("/auth/reset-password", attempt(person, code)).shape == Reply.problem(400))
        #expect(try await triesLeft(of: person) == 0)
        #expect(try await visitor.post("/auth/login", person.credentials).status == 200)
    }

    @Test("After four wrong tries the right code works")
    func fifthTry() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        for wrong in wrongCodes(4, but: code) {
            #expect(try await visitor.post("/auth/reset-password", attempt(person, wrong)).status == 400)
        }
        #expect(try await visitor.post("/auth/reset-password", attempt(person, code)).status == 200)
    }

    @Test("Of 500 wrong tries at once exactly five are evaluated", arguments: ["reset", "verify"])
    func fiveOfFiveHundred(purpose: String) async throws {
        let person = try await site.person()
        if purpose == "verify" {
            try await site.database.run(
                "UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)"
            )
            _ = try await visitor.post("/auth/resend-verification", ["email": .string(person.email)])
        } else {
            _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
        }
        let code = try await site.mails.code(to: person.email)
        let path = purpose == "verify" ? "/auth/verify-email" : "/auth/reset-password"
        let wrong = wrongCodes(500, but: code)
        let statuses = try await site.atOnce(50) { visitor, number in
            var statuses: [Int] = []
            for code in wrong[10 * number..<10 * (number + 1)] {
                statuses.append(try await visitor.post(path, attempt(person, code)).status)
            }
            return statuses
        }.flatMap(\.self)
        #expect(statuses.count == 500 && Set(statuses) == [400])
        #expect(try await triesLeft(of: person) == 0)
        // Who had a try is known by name in the trail; the others came too late for it.
        let evaluated = try await site.database.count(
            """
            SELECT count(*) FROM portero.auth_logs
             WHERE user_id = \(person.id) AND event LIKE 'authn%fail' AND reason = 'wrong_or_expired_code'
            """
        )
        #expect(evaluated == 5)
        #expect(try await visitor.post(path, attempt(person, code)).status == 400)
    }

    @Test("The right code 100 times at once, each with another password, sets exactly one of them")
    func oneOfAHundred() async throws {
        let person = try await site.person()
        let code = try await codeAskedFor(by: person)
        let winners = try await site.atOnce(100) { visitor, number in
            let new = "Nueva-Cripta-\(number)x!"
            let reply = try await visitor.post("/auth/reset-password", attempt(person, code, to: new))
            #expect(reply.status == 200 || reply.status == 400)
            return reply.status == 200 ? [new] : []
        }.flatMap(\.self)
        #expect(winners.count == 1)
        let login = try await visitor.post(
            "/auth/login",
            ["email": .string(person.email), "password": .string(winners.first ?? "")]
        )
        #expect(login.status == 200)
    }

    @Test("Only the newest code works, and it has five tries of its own")
    func newestOnly() async throws {
        let person = try await site.person()
        let first = try await codeAskedFor(by: person)
        for wrong in wrongCodes(5, but: first) {
            _ = try await visitor.post("/auth/reset-password", attempt(person, wrong))
        }
        try await letAMinuteGoBy(for: person)
        let second = try await codeAskedFor(by: person, number: 2)
        #expect(try await triesLeft(of: person) == 5)
        if first != second {
            #expect(try await visitor.post("/auth/reset-password", attempt(person, first)).status == 400)
        }
        #expect(try await visitor.post("/auth/reset-password", attempt(person, second)).status == 200)
    }

    @Test(
        "A reset code lives for ten minutes, a verification code for an hour",
        arguments: [
            ("reset_password", "/auth/forgot-password", 600), ("verify_email", "/auth/resend-verification", 3600),
        ]
    )
    func lifetime(purpose: String, path: String, seconds: Int) async throws {
        let person = try await site.person()
        try await site.database.run("UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)")
        #expect(try await visitor.post(path, ["email": .string(person.email)]).status == 200)
        let lifetime: Int? = try await site.database.value(
            """
            SELECT extract(epoch FROM expires_at - created_at)::int FROM portero.one_time_codes
             WHERE user_id = \(person.id) AND purpose = \(purpose)
            """
        )
        #expect(lifetime == seconds)
    }

    @Test(
        "One mail a minute and ten a day go to an address, however often and however fast they are asked for",
        arguments: [
            ("reset_password", "/auth/forgot-password"), ("verify_email", "/auth/resend-verification"),
        ]
    )
    func mailLimits(purpose: String, path: String) async throws {
        let person = try await site.person()
        try await site.database.run("UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)")
        let question: SQL = """
            SELECT count(*) FROM portero.mail_outbox WHERE recipient = \(person.email) AND kind = \(purpose)
            """
        let body: JSONText = ["email": .string(person.email)]
        let shapes = try await site.atOnce(20) { visitor, _ in try await visitor.post(path, body).shape }
        #expect(Set(shapes) == [Reply.message])
        #expect(try await site.database.count(question) == 1)
        for _ in 0..<14 {
            try await letAMinuteGoBy(for: person)
            #expect(try await visitor.post(path, body).shape == Reply.message)
        }
        #expect(try await site.database.count(question) == 10)
        #expect(try await site.events(of: person).filter { $0.hasSuffix("too_many_mails") }.count == 24)
        try await site.database.run(
            """
            UPDATE portero.one_time_codes SET created_at = created_at - interval '1 day' WHERE user_id = \(person.id)
            """
        )
        #expect(try await visitor.post(path, body).status == 200)
        #expect(try await site.database.count(question) == 11)
    }

    @Test("Requests for a code that overlap are counted one after the other")
    func overlappingRequests() async throws {
        try await Site.serving { site in
            let person = try await site.person()
            let replies = try await site.database.transaction { transaction in
                // Nobody gets on before several have begun.
                _ = try await transaction.write("LOCK TABLE portero.one_time_codes IN SHARE MODE")
                let replies = Task {
                    try await site.atOnce(8) { visitor, _ in
                        try await visitor.post("/auth/forgot-password", ["email": .string(person.email)]).status
                    }
                }
                try await site.severalWait()
                return replies
            }
            // Who waited for too long, on a machine that is busy, is told to come back.
            #expect(Set(try await replies.value).isSubset(of: [200, 503]))
            let mails = try await site.database.count("SELECT count(*) FROM portero.mail_outbox")
            #expect(mails == 1)
        }
    }

    @Test("Mails of one kind do not use up those of another")
    func limitsApart() async throws {
        let person = try await site.person()
        try await site.database.run("UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)")
        for path in ["/auth/forgot-password", "/auth/resend-verification"] {
            #expect(try await visitor.post(path, ["email": .string(person.email)]).status == 200)
        }
        let kinds = try await site.database.texts(
            "SELECT kind FROM portero.mail_outbox WHERE recipient = \(person.email) ORDER BY kind"
        )
        #expect(kinds == ["reset_password", "verify_email"])
    }

    @Test("Codes are six digits, leading zeros included, and spread over all of them")
    func spread() async throws {
        var people: [Person] = []
        for _ in 0..<20 {
            let person = try await site.person()
            _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
            people.append(person)
        }
        var codes: [String] = []
        for person in people { codes.append(try await site.mails.code(to: person.email)) }
        #expect(codes.allSatisfy { $0.utf8.count == 6 })
        #expect(Set(codes).count >= 19)
        #expect(Set(codes.compactMap(\.first)).count >= 4)
    }

    // MARK: - Verifying an address

    @Test("With the code from the mail an address is verified, once")
    func verifies() async throws {
        let email = Site.newEmail()
        let registered = try await visitor.post(
            "/auth/register",
            ["email": .string(email), "password": "ContraseñaSegura123!", "full_name": "Ana Llaves"],
            headers: [("Accept-Language", "en")]
        )
        #expect(registered.status == 201)
        let mail = try await site.mails.mail(to: email)
        #expect(mail.subject == "Confirm your e-mail address")
        let code = try #require(mail.code)
        let body: JSONText = ["email": .string(email), "code": .string(code)]
        let wrong = code == "000000" ? "000001" : "000000"
        let refused = try await visitor.post("/auth/verify-email", ["email": .string(email), "code": .string(wrong)])
        #expect(refused.shape == Reply.problem(400))
        let isVerified: SQL = "SELECT email_verified_at IS NOT NULL FROM portero.users WHERE email = \(email)"
        #expect(try await site.database.value(isVerified) == false)
        #expect(try await visitor.post("/auth/verify-email", body).shape == Reply.message)
        #expect(try await site.database.value(isVerified) == true)
        #expect(try await visitor.post("/auth/verify-email", body).shape == Reply.problem(400))
        let person = try #require(try await site.person(registeredAs: email, password: ""))
        #expect(
            try await site.events(of: person)
                == [
                    "user_created", "authn_verification_fail wrong_or_expired_code", "user_updated email_verified",
                    "authn_verification_fail wrong_or_expired_code",
                ]
        )
    }

    @Test("Asking for another verification answers alike whatever the address, and mails only to who is not verified")
    func resend() async throws {
        let (verified, open) = (try await site.person(), try await site.person())
        try await site.database.run("UPDATE portero.users SET email_verified_at = NULL WHERE id = \(open.id)")
        var bodies: Set<String> = []
        for email in [verified.email, open.email, Site.newEmail()] {
            let reply = try await visitor.post("/auth/resend-verification", ["email": .string(email)])
            #expect(reply.shape == Reply.message)
            bodies.insert(reply.answer.text)
        }
        #expect(bodies.count == 1)
        let recipients = try await site.database.texts(
            "SELECT recipient FROM portero.mail_outbox WHERE recipient IN (\(verified.email), \(open.email))"
        )
        #expect(recipients == [open.email])
    }
}
