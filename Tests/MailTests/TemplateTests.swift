import Foundation
import Mail
import Testing

@Suite("Mail templates")
struct TemplateTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let template: any MailTemplate
        /// What its placeholders must show as, in any language.
        let shown: [String]

        var testDescription: String { "\(type(of: template))" }
    }

    static let examples = [
        Example(template: VerifyEmailMail(code: "048213", minutesValid: 37), shown: ["048213", "37"]),
        Example(template: PasswordResetCodeMail(code: "048213", minutesValid: 37), shown: ["048213", "37"]),
        Example(
            template: PasswordChangedMail(at: Date(timeIntervalSince1970: 1_763_660_640)),
            shown: ["20", "2025", "17:44 (UTC)"]
        ),
        Example(
            template: AddressChangedMail(at: Date(timeIntervalSince1970: 1_763_660_640)),
            shown: ["20", "2025", "17:44 (UTC)"]
        ),
        Example(template: SessionTheftMail(), shown: []),
        Example(
            template: InvitationMail(
                token: "Zt0mH8v3kQ",
                link: "https://cripta.example/invitations/accept#token=Zt0mH8v3kQ",
                organization: "La Cripta",
                inviter: "Ana Llaves",
                validUntil: Date(timeIntervalSince1970: 1_763_660_640)
            ),
            shown: ["    Zt0mH8v3kQ\n", "    https://cripta.example/", "La Cripta", "Ana Llaves", "17:44 (UTC)"]
        ),
    ]

    @Test("Each mail says all it has to in each language", arguments: examples, MailLanguage.allCases)
    func isComplete(_ example: Example, in language: MailLanguage) {
        let subject = example.template.subject(in: language)
        let body = example.template.body(in: language)
        #expect((5...60).contains(subject.count) && !subject.unicodeScalars.contains("\n"))
        #expect(body.count > 100)
        for text in example.shown { #expect(body.contains(text)) }
        #expect(Mirror(reflecting: example.template).children.isEmpty == example.shown.isEmpty)
    }

    @Test("No two languages, and no two mails, say the same", arguments: examples)
    func areDistinct(_ example: Example) {
        #expect(Set(MailLanguage.allCases.map(example.template.body(in:))).count == MailLanguage.allCases.count)
        #expect(Set(MailLanguage.allCases.map(example.template.subject(in:))).count == MailLanguage.allCases.count)
    }

    @Test("A code is in the body alone: subjects show on locked screens", arguments: examples, MailLanguage.allCases)
    func subjectsHoldNoCode(_ example: Example, in language: MailLanguage) {
        #expect(!example.template.subject(in: language).contains("048213"))
    }

    @Test("A code stands on a line of its own", arguments: examples.prefix(2), MailLanguage.allCases)
    func codesStandAlone(_ example: Example, in language: MailLanguage) {
        let lines = example.template.body(in: language).split(separator: "\n").map { $0.filter { $0 != " " } }
        #expect(lines.contains("048213"))
    }

    @Test("Names that others chose stay on one line, and out of the subject", arguments: MailLanguage.allCases)
    func names(in language: MailLanguage) {
        let name = "Ana\n\nVisita\u{2028}otro\u{202e}sitio"
        let mail = InvitationMail(token: "t", link: "l", organization: name, inviter: name, validUntil: .distantPast)
        #expect(mail.body(in: language).contains("Ana  Visita otro sitio"))
        #expect(!mail.subject(in: language).contains("Ana"))
    }

    @Test("Every template of the room is tested here")
    func allAreListed() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/Mail/Templates"
        )
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.standardized.path)
        #expect(files.sorted() == Self.examples.map { "\($0.testDescription).swift" }.sorted())
    }
}
