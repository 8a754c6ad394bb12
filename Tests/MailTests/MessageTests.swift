import Foundation
import Mail
import Support
import Testing

@Suite("Message")
struct MessageTests {
    private func lines(_ message: Message) -> [String] {
        String(decoding: message.rendered(), as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    @Test("A plain mail is plain to read")
    func rendersPlainly() throws {
        let id = try #require(UUID(uuidString: "0199AAAA-0000-7000-8000-000000000001"))
        let message = try Sample.message(id: id, subject: "Hello", body: "One.\nTwo = 2.")
        #expect(
            lines(message) == [
                "Date: Thu, 20 Nov 2025 17:44:00 +0000",
                "From: \"Portero\" <no-reply@example.org>",
                "To: ada@example.org",
                "Message-ID: <0199aaaa-0000-7000-8000-000000000001@example.org>",
                "Subject: Hello",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "Auto-Submitted: auto-generated",
                "",
                "One.",
                "Two =3D 2.",
                "",
            ]
        )
    }

    @Test("Every attempt renders the same bytes")
    func isStable() throws {
        let message = try Sample.message()
        #expect(message.rendered() == message.rendered())
    }

    static let hostile = [
        "x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\rBcc: eve@example.org", "x\u{0}y", "\r\n\r\nbody",
        "x\u{85}Bcc: eve@example.org", "x\u{2028}Bcc: eve@example.org", "=?utf-8?Q?x=0D=0ABcc:_eve@example.org?=",
        " ", "\t", "", "  padded  ", String(repeating: "a", count: 5000), String(repeating: "ñ🎉", count: 500),
        String(repeating: "e\u{301}", count: 500), "\u{202E}gpj", "x\u{B}\u{C}\u{1B}[2J\u{7F}",
    ]

    @Test("No subject and no body makes a header, ends one, or makes a line too long", arguments: hostile)
    func resistsInjection(_ text: String) async throws {
        let message = try Sample.message(subject: text, body: text)
        #expect(message.rendered().allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0d || $0 == 0x0a })
        #expect(lines(message).allSatisfy { $0.utf8.count <= 76 && !$0.utf8.contains(0x0a) && !$0.utf8.contains(0x0d) })
        #expect(lines(message).prefix { !$0.isEmpty }.filter { !$0.hasPrefix(" ") }.count == 9)
    }

    @Test("What is hostile arrives as harmless text", .timeLimit(.minutes(1)))
    func parsesAsMeant() async throws {
        let catcher = try await SMTPCatcher()
        let server = try SMTPServer(url: "smtp://127.0.0.1:\(catcher.port)")
        try await onLoop { loop in
            let transport = SMTPTransport(server, on: loop)
            for text in Self.hostile {
                let message = try Sample.message(subject: text, body: text)
                #expect(await transport.send(message) == .delivered)
            }
        }
        let mails = try catcher.mails()
        #expect(mails.count == Self.hostile.count)
        for (mail, text) in zip(mails, Self.hostile) {
            #expect(mail.headers.map(\.first) == Self.names)
            #expect(mail.defects == [])
            let subject = mail.header("Subject") ?? ""
            #expect(subject.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
            let visible = text.unicodeScalars.filter { $0.properties.isAlphabetic }
            #expect(
                subject.unicodeScalars.filter { $0.properties.isAlphabetic }.elementsEqual(visible)
                    || text.hasPrefix("=?")
            )
            #expect(Self.withPlainLineEnds(mail.text) == Self.withPlainLineEnds(text))
        }
    }

    private static let names = [
        "Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Auto-Submitted",
    ]

    private static func withPlainLineEnds(_ text: String) -> String {
        var text = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    @Test(
        "Any date has a header",
        arguments: [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"), (1e300, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (-1e300, "Thu, 1 Jan 1970 00:00:00 +0000"), (.nan, "Thu, 1 Jan 1970 00:00:00 +0000"),
        ] as [(Double, String)]
    )
    func datesAreBounded(seconds: Double, expected: String) throws {
        let sample = try Sample.message()
        let message = Message(
            id: sample.id,
            from: sample.sender,
            to: sample.recipient,
            subject: "",
            body: "",
            date: Date(timeIntervalSince1970: seconds)
        )
        #expect(lines(message).first == "Date: \(expected)")
    }
}
