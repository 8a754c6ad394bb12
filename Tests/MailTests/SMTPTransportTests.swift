import Foundation
import Mail
import Reactor
import Support
import Testing

@Suite("SMTP", .timeLimit(.minutes(1)))
struct SMTPTransportTests {
    /// Sends over a loop of its own.
    private func send(
        _ message: Message,
        to url: String,
        trusting certificate: String? = nil,
        totalTimeout: Duration = .seconds(30)
    ) async throws -> Delivery {
        let server = try SMTPServer(url: url)
        return try await onLoop { loop in
            await SMTPTransport(server, on: loop, certificateAuthorities: certificate, totalTimeout: totalTimeout)
                .send(message)
        }
    }

    @Test("A delivered mail arrives as it was meant, to exactly its recipient")
    func delivers() async throws {
        let catcher = try await SMTPCatcher()
        let long = String(repeating: "línea larguísima ", count: 100)
        let body = "¡Hola, Begoña!\n\n.\n..dos puntos\n.uno\n\(long)fin\nlast=line \nno end of line"
        let id = UUID()
        let message = try Sample.message(id: id, subject: "Tu código: ¿año nuevo? 🎉", body: body)
        #expect(try await send(message, to: "smtp://127.0.0.1:\(catcher.port)") == .delivered)

        let mail = try await catcher.mail()
        #expect(mail.sender == "no-reply@example.org")
        #expect(mail.recipients == ["ada@example.org"])
        #expect(mail.header("Subject") == "Tu código: ¿año nuevo? 🎉")
        #expect(mail.header("From") == "Portero <no-reply@example.org>")
        #expect(mail.header("To") == "ada@example.org")
        #expect(mail.header("Message-ID") == "<\(id.uuidString.lowercased())@example.org>")
        #expect(mail.header("Date") == "Thu, 20 Nov 2025 17:44:00 +0000")
        #expect(mail.header("Auto-Submitted") == "auto-generated")
        #expect(mail.header("Content-Type") == "text/plain; charset=\"utf-8\"")
        #expect(mail.defects == [])
        #expect(mail.text.replacing("\r\n", with: "\n") == body + "\n")
        #expect(mail.source == Data(message.rendered()))
    }

    @Test("One transport sends many mails at once, each once")
    func sendsManyAtOnce() async throws {
        let catcher = try await SMTPCatcher()
        let server = try SMTPServer(url: "smtp://localhost:\(catcher.port)")
        let deliveries = try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop)
            return try await withThrowingTaskGroup(of: Delivery.self) { group in
                for number in 0..<20 {
                    let message = try Sample.message(to: "user\(number)@example.org")
                    group.addTask { await transport.send(message) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(deliveries == Array(repeating: .delivered, count: 20))
        let recipients = try catcher.mails().flatMap(\.recipients)
        #expect(recipients.sorted() == (0..<20).map { "user\($0)@example.org" }.sorted())
    }

    @Test(
        "A login over STARTTLS or TLS delivers, with any character in the password",
        arguments: [("smtp", SMTPCatcher.Encryption.startTLS, "?starttls=required"), ("smtps", .implicitTLS, "")]
    )
    func logsIn(scheme: String, encryption: SMTPCatcher.Encryption, query: String) async throws {
        let catcher = try await SMTPCatcher(encryption, login: "portero@example.org:p@s:s/w%rd ñ")
        let url =
            "\(scheme)://portero%40example.org:p%40s%3As%2Fw%25rd%20%C3%B1@localhost:\(catcher.port)\(query)"
        let delivery = try await send(Sample.message(), to: url, trusting: catcher.certificate)
        #expect(delivery == .delivered)
        let mail = try await catcher.mail()
        #expect(mail.isEncrypted)
        #expect(mail.user == "portero@example.org")
    }

    @Test("Whether mails would be taken can be asked without sending one, up to the login")
    func findsObstacles() async throws {
        let catcher = try await SMTPCatcher(.startTLS, login: "portero:right")
        let place = "localhost:\(catcher.port)?starttls=required"
        let expected = [
            "smtp://portero:right@\(place)": nil,
            "smtp://portero:wrong@\(place)": "the mail server refused the user or password (reply 535)",
            "smtps://portero:right@localhost:\(catcher.port)": "libcurl: SSL connect error",
        ]
        for (url, obstacle) in expected {
            let server = try SMTPServer(url: url)
            let found = try await onLoop { loop in
                await SMTPTransport(server, on: loop, certificateAuthorities: catcher.certificate).obstacle()
            }
            #expect(found == obstacle)
        }
        try await catcher.stall(at: .connection)
        let silent = try SMTPServer(url: "smtp://portero:right@\(place)")
        let found = try await onLoop { loop in
            await SMTPTransport(silent, on: loop, totalTimeout: .milliseconds(300)).obstacle()
        }
        #expect(found == "the mail server took too long")
        #expect(try catcher.mails().isEmpty)
    }

    @Test("A wrong password is a temporary failure that names neither user nor password")
    func wrongPassword() async throws {
        let catcher = try await SMTPCatcher(.startTLS, login: "portero:right")
        let url = "smtp://portero:wrongpassword@localhost:\(catcher.port)?starttls=required"
        let delivery = try await send(Sample.message(), to: url, trusting: catcher.certificate)
        #expect(delivery == .temporaryFailure(reason: "the mail server refused the user or password (reply 535)"))
        #expect(try catcher.mails().isEmpty)
    }

    @Test("Where STARTTLS is required and the server has none, nothing is sent, least of all the password")
    func missingSTARTTLS() async throws {
        let catcher = try await SMTPCatcher(login: "portero:secret")
        let url = "smtp://portero:secret@localhost:\(catcher.port)?starttls=required"
        let delivery = try await send(Sample.message(), to: url)
        #expect(delivery == .temporaryFailure(reason: "the mail server does not offer STARTTLS"))
        #expect(try catcher.mails().isEmpty)
    }

    @Test("A server that demands STARTTLS refuses us, not the mail: a temporary failure")
    func demandedSTARTTLS() async throws {
        let catcher = try await SMTPCatcher(.startTLS)
        let delivery = try await send(Sample.message(), to: "smtp://localhost:\(catcher.port)")
        #expect(delivery == .temporaryFailure(reason: "the mail server refused the sender with 530"))
    }

    @Test(
        "A certificate that nobody vouches for, or for another host, ends the attempt",
        arguments: [("localhost", false), ("127.0.0.1", true)]
    )
    func untrustedCertificate(host: String, isTrusted: Bool) async throws {
        let catcher = try await SMTPCatcher(.implicitTLS)
        let url = "smtps://\(host):\(catcher.port)"
        let delivery = try await send(Sample.message(), to: url, trusting: isTrusted ? catcher.certificate : nil)
        #expect(delivery == .temporaryFailure(reason: "the mail server's certificate is not trusted"))
        #expect(try catcher.mails().isEmpty)
    }

    @Test(
        "A 5xx to the recipient or the content is for good; every other refusal is for now",
        arguments: [
            (.recipient, "550", .permanentFailure(reason: "the mail server refused the recipient with 550")),
            (.recipient, "451", .temporaryFailure(reason: "the mail server refused the recipient with 451")),
            (.content, "554", .permanentFailure(reason: "the mail server refused the mail with 554")),
            (.content, "452", .temporaryFailure(reason: "the mail server refused the mail with 452")),
            (.sender, "550", .temporaryFailure(reason: "the mail server refused the sender with 550")),
        ] as [(SMTPCatcher.Stage, String, Delivery)]
    )
    func classifiesRefusals(stage: SMTPCatcher.Stage, code: String, expected: Delivery) async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.refuse(at: stage, with: "\(code) secret words of the server")
        let url = "smtp://127.0.0.1:\(catcher.port)"
        #expect(try await send(Sample.message(), to: url) == expected)

        try await catcher.behave(at: stage)
        #expect(try await send(Sample.message(), to: url) == .delivered)
    }

    @Test("A server that turns us away with its greeting is a temporary failure")
    func refusedGreeting() async throws {
        let catcher = try await SMTPCatcher()
        try await catcher.refuse(at: .connection, with: "554 no service")
        let delivery = try await send(Sample.message(), to: "smtp://127.0.0.1:\(catcher.port)")
        guard case .temporaryFailure(let reason) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(reason.contains("554"))
    }

    @Test("A server that is down, or a host that is unknown, is a temporary failure")
    func unreachable() async throws {
        let catcher = try await SMTPCatcher()
        await catcher.stop()
        let refused = try await send(Sample.message(), to: "smtp://127.0.0.1:\(catcher.port)")
        #expect(refused == .temporaryFailure(reason: "the mail server does not accept connections"))
        guard case .temporaryFailure = try await send(Sample.message(), to: "smtp://host.invalid") else {
            Issue.record("somebody answers for a host that cannot exist")
            return
        }
    }

    @Test("A reply of several lines is one reply; what is no reply ends the attempt")
    func readsReplies() async throws {
        let catcher = try await SMTPCatcher()
        let url = "smtp://127.0.0.1:\(catcher.port)"
        try await catcher.refuse(at: .recipient, with: "550-first\r\n550-second\r\n550 last")
        let refused = try await send(Sample.message(), to: url)
        #expect(refused == .permanentFailure(reason: "the mail server refused the recipient with 550"))

        for nonsense in ["HTTP/1.1 200 OK", "25", "999 what", "250 OK\r\n354 go\r\n250 done"] {
            try await catcher.refuse(at: .sender, with: nonsense)
            let delivery = try await send(Sample.message(), to: url)
            #expect(delivery == .temporaryFailure(reason: "the mail server does not speak SMTP"), "\(nonsense)")
        }
        #expect(try catcher.mails().isEmpty)
    }

    @Test("An address beyond ASCII is said in UTF-8")
    func speaksUTF8() async throws {
        let catcher = try await SMTPCatcher()
        let message = try Sample.message(to: "begoña@españa.example")
        #expect(try await send(message, to: "smtp://127.0.0.1:\(catcher.port)") == .delivered)
        #expect(try await catcher.mail().recipients == ["begoña@españa.example"])
    }
}
