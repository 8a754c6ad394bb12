import Mail
import Testing

@Suite("Mail address")
struct MailAddressTests {
    @Test(
        "An address is read with and without a name",
        arguments: [
            ("no-reply@localhost", nil, "no-reply@localhost"),
            ("Portero <no-reply@localhost>", "Portero", "no-reply@localhost"),
            ("  Portero   <no-reply@localhost>\t", "Portero", "no-reply@localhost"),
            ("<a@b.example>", nil, "a@b.example"),
            ("\"Portero, Inc. \\\"x\\\"\" <a@b.example>", "Portero, Inc. \"x\"", "a@b.example"),
            ("Añil <a+b_c%d'e@sub.b-c.example>", "Añil", "a+b_c%d'e@sub.b-c.example"),
            ("a <b> <c@d.example>", "a <b>", "c@d.example"),
            ("a@ESPAÑA.example", nil, "a@ESPAÑA.example"),
        ] as [(String, String?, String)]
    )
    func parses(text: String, name: String?, address: String) throws {
        let parsed = try MailAddress(parsing: text)
        #expect(parsed.name == name)
        #expect(parsed.address == address)
    }

    @Test(
        "What could end a header or a command, or is no address, is refused",
        arguments: [
            "", "@", "a@", "@b", "a", "a b@c.example", "a@b c", "a@b\r\nBcc: e@example.org", "a\r\n@b.example",
            "a\u{0}@b.example", "a@b.example\u{0}", "a@b.example,c@d.example", "a>@b.example", "<a@b.example",
            "a@b.example>", "a@@b.example", "\"a\"@b.example", "a@[127.0.0.1]", "a@-b.example", "a@b..example",
            "a@.example", "a@b.example.", "a@b_c.example", "a\u{200B}@b.example", "a@b\u{202E}.example",
            "Name\r\nBcc: e@example.org <a@b.example>", "Na\u{0}me <a@b.example>", "a\u{A0}@b.example",
            "Name <a@b.example> x", String(repeating: "a", count: 65) + "@b.example",
            "a@" + String(repeating: "b.", count: 130) + "example", "a@" + String(repeating: "b", count: 64),
            "A \"B\" <a@b.example>", String(repeating: "n", count: 201) + " <a@b.example>",
        ]
    )
    func refuses(text: String) {
        #expect(throws: MailAddressError.self) { try MailAddress(parsing: text) }
        #expect(throws: MailAddressError.self) { try MailAddress(text) }
    }

    @Test(
        "The text of an address is read as the same address",
        arguments: [
            "a@b.example", "Portero <a@b.example>", "a <b> <c@d.example>", #""A \"B\" \\ C" <a@b.example>"#,
            #"" " <a@b.example>"#,
        ]
    )
    func describes(text: String) throws {
        let address = try MailAddress(parsing: text)
        #expect(address.description == text)
        #expect(try MailAddress(parsing: address.description) == address)
    }

    @Test(
        "The sender's name is encoded where it must be, and stays one line's width",
        arguments: [
            ("Portero", "\"Portero\" <a@b.example>"),
            ("A \"B\" \\ C", "\"A \\\"B\\\" \\\\ C\" <a@b.example>"),
            ("Añil", "=?utf-8?B?QcOxaWw=?=\r\n <a@b.example>"),
        ]
    )
    func encodesNames(name: String, expected: String) throws {
        let sample = try Sample.message()
        let message = Message(
            id: sample.id,
            from: try MailAddress("a@b.example", name: name),
            to: sample.recipient,
            subject: "",
            body: "",
            date: sample.date
        )
        #expect(String(decoding: message.rendered(), as: UTF8.self).contains("From: \(expected)\r\n"))
    }
}
