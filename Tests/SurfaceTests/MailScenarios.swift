import Foundation
import Postgres
import Support
import Testing

/// With a real SMTP server.
@Suite("Mail by SMTP", .timeLimit(.minutes(10)))
struct MailScenarios {
    private func body(_ email: String) -> JSONText { ["email": .string(email)] }

    @Test("A code is delivered once, to the stored address, from the configured sender, and works")
    func delivers() async throws {
        let catcher = try await SMTPCatcher()
        let settings = [
            "PORTERO_SMTP_URL": "smtp://127.0.0.1:\(catcher.port)",
            "PORTERO_MAIL_FROM": "La Cripta <portero@cripta.example>",
        ]
        try await Site.serving(settings) { site in
            let visitor = site.visitor()
            let person = try await site.person()
            let asked = try await visitor.post("/auth/forgot-password", body(person.email))
            #expect(asked.status == 200)
            let mail = try await catcher.mail()
            #expect(mail.sender == "portero@cripta.example")
            #expect(mail.recipients == [person.email])
            #expect(mail.header("From") == "La Cripta <portero@cripta.example>")
            #expect(mail.header("Subject") == "Tu código para cambiar la contraseña")
            #expect(mail.header("Auto-Submitted") == "auto-generated")
            #expect(mail.defects.isEmpty)
            let code = try #require(mail.text.firstMatch(of: /(?m)^\s*(\d{6})\s*$/)).1
            let reset = try await visitor.post(
                "/auth/reset-password",
                ["email": .string(person.email), "code": .string(String(code)), "new_password": "Nueva-Cripta-77!"]
            )
            #expect(reset.status == 200)
            _ = try await catcher.mail(number: 2)
            _ = try await eventually("both to be written down as sent") {
                let sent = try await site.database.count(
                    "SELECT count(*) FROM portero.mail_outbox WHERE sent_at IS NOT NULL AND sealed IS NULL AND attempts = 1"
                )
                return sent == 2 ? true : nil
            }
            #expect(try catcher.mails().count == 2)
        }
        await catcher.stop()
    }

    @Test("While the mail server is down or busy, requests are answered as usual, and the mail comes later, once")
    func waitsForTheServer() async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.refuse(at: .recipient, with: "451 4.3.0 try again")
        try await Site.serving(["PORTERO_SMTP_URL": "smtp://127.0.0.1:\(catcher.port)"]) { site in
            let visitor = site.visitor()
            let person = try await site.person()
            let asked = try await visitor.post("/auth/forgot-password", body(person.email))
            #expect(asked.status == 200)
            _ = try await eventually("a first attempt") {
                let failed = try await site.database.count(
                    "SELECT count(*) FROM portero.mail_outbox WHERE attempts > 0 AND failure IS NOT NULL AND sent_at IS NULL"
                )
                return failed == 1 ? true : nil
            }
            try await catcher.behave(at: .recipient)
            try await site.database.run("UPDATE portero.mail_outbox SET next_attempt_at = now()")
            let mail = try await catcher.mail()
            #expect(mail.recipients == [person.email])
            _ = try await eventually("it to be written down as sent") {
                try await site.database.value("SELECT sent_at IS NOT NULL FROM portero.mail_outbox") == true
                    ? true : nil
            }
            #expect(try catcher.mails().count == 1)
        }
        await catcher.stop()
    }

    @Test("A mail server that says nothing holds up nobody but the mail")
    func silentServer() async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.stall(at: .connection)
        try await Site.serving(["PORTERO_SMTP_URL": "smtp://127.0.0.1:\(catcher.port)"]) { site in
            let visitor = site.visitor()
            let person = try await site.person()
            let asked = try await visitor.post("/auth/forgot-password", body(person.email))
            #expect(asked.status == 200)
            try await catcher.event(.stalling)
            // Whoever waited for the mail server would do so for half a minute.
            for _ in 0..<50 {
                let started = ContinuousClock.now
                let reply = try await visitor.get("/readyz")
                #expect(reply.status == 200 && ContinuousClock.now - started < .seconds(15))
            }
        }
        await catcher.stop()
    }

    @Test("A mail that a server was about to send when it was killed is sent by another, and its code works")
    func survivesKill() async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.stall(at: .connection)
        let settings = ["PORTERO_SMTP_URL": "smtp://127.0.0.1:\(catcher.port)"]
        try await Premises.lend { premises in
            let person = try await premises.person()
            let doomed = try await premises.start(settings)
            let asked = try await Visitor(to: doomed.port).post("/auth/forgot-password", body(person.email))
            #expect(asked.status == 200)
            try await catcher.event(.stalling)
            await doomed.kill()

            let next = try await premises.start()
            // Nobody takes it before the dead server's lease has ended.
            try await premises.database.run("UPDATE portero.mail_outbox SET next_attempt_at = now()")
            let code = try await MailFolder(in: premises.folder).code(to: person.email)
            let reset = try await Visitor(to: next.port).post(
                "/auth/reset-password",
                ["email": .string(person.email), "code": .string(code), "new_password": "Nueva-Cripta-77!"]
            )
            #expect(reset.status == 200)
            #expect(await next.stop() == 0)
        }
        await catcher.stop()
    }
}
