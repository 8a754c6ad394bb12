import Mail
import Testing

@Suite("SMTP URL")
struct SMTPServerTests {
    @Test(
        "A URL says host, port and encryption",
        arguments: [
            ("smtp://mail.example", "mail.example", 25, .none),
            ("smtp://mail.example/", "mail.example", 25, .none),
            ("SMTP://Mail.Example:2525", "mail.example", 2525, .none),
            ("smtp://mail.example:587?starttls=required", "mail.example", 587, .startTLS),
            ("smtp://mail.example:587/?starttls=required", "mail.example", 587, .startTLS),
            ("smtps://mail.example", "mail.example", 465, .implicitTLS),
            ("smtps://u:p@[::1]:2465", "[::1]", 2465, .implicitTLS),
        ] as [(String, String, Int, SMTPServer.Security)]
    )
    func parses(url: String, host: String, port: Int, security: SMTPServer.Security) throws {
        let server = try SMTPServer(url: url)
        #expect(server.host == host)
        #expect(server.port == port)
        #expect(server.security == security)
    }

    @Test(
        "A mistake is named by its kind, and nothing of the URL is repeated",
        arguments: [
            ("", .malformed), ("mail.example", .malformed), ("smtp://", .malformed), ("smtp://h:99999", .malformed),
            ("smtp://h:port", .malformed), ("smtp://a b", .malformed), ("smtp://h\u{0}", .malformed),
            ("http://h", .unsupportedScheme), ("user:hunter2@h", .malformed),
            ("smtp://h?starttls=maybe", .unsupportedParameter), ("smtp://h?x=1", .unsupportedParameter),
            ("smtps://h?starttls=required", .unsupportedParameter), ("smtp://h/path", .unexpectedPath),
            ("smtp://h#x", .unexpectedPath), ("smtp://user@h", .malformedLogin), ("smtp://:hunter2@h", .malformedLogin),
            ("smtp://user;AUTH=PLAIN:hunter2@h", .malformedLogin), ("smtp://user:hunter2%00@h", .malformedLogin),
            ("smtp://user:hunter2%0d%0a@h", .malformedLogin), ("smtp://user:hun/ter2@h", .malformed),
            ("smtp://user:hun#ter2@h", .malformed), ("smtp://user:hun?ter2@h", .malformed),
        ] as [(String, SMTPServerError)]
    )
    func refuses(url: String, expected: SMTPServerError) {
        let error = #expect(throws: SMTPServerError.self) { try SMTPServer(url: url) }
        #expect(error == expected)
        #expect(error.map { !"\($0)".contains("ter2") } ?? true)
    }

    @Test(
        "The text of a server is its URL with everything that was left out, and without the login",
        arguments: [
            ("smtp://Mail.example", "smtp://mail.example:25"), ("smtps://u:p@[::1]", "smtps://‹secret›@[::1]:465"),
            ("smtp://u:p@h:587/?starttls=required", "smtp://‹secret›@h:587?starttls=required"),
        ]
    )
    func describes(url: String, text: String) throws {
        #expect(try SMTPServer(url: url).description == text)
    }

    @Test("The password is in no text that is made of the server")
    func hidesThePassword() throws {
        let server = try SMTPServer(url: "smtp://someone:hunter2@mail.example")
        var dumped = ""
        dump(server, to: &dumped)
        for text in ["\(server)", String(reflecting: server), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("someone"))
        }
    }

    @Test("A password that travels in clear can be warned of")
    func noticesClearPasswords() throws {
        let urls = ["smtp://u:p@h", "smtp://h", "smtps://u:p@h", "smtp://u:p@h?starttls=required"]
        #expect(try urls.map { try SMTPServer(url: $0).sendsPasswordInClear } == [true, false, false, false])
    }
}
