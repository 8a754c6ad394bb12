import HTTP
import Testing

@Suite("Text rules")
struct TextRuleTests {
    private func fault(_ rule: TextRule, _ text: String) -> FieldError.Kind? {
        switch rule.apply(to: text) {
        case .success: nil
        case .failure(let fault): fault.kind
        }
    }

    @Test(
        "Lines lose the white space around them, in Unicode's sense, and keep what is within",
        arguments: [
            ("  a b  ", "a b"), ("\u{a0}\u{2003}\u{3000}a\u{2028}", "a"), ("a", "a"), ("\t\r\na\r\n", "a"),
            ("ñ ", "ñ"), (" e\u{301} ", "e\u{301}"), ("\u{85}a", "a"),
        ]
    )
    func trimming(_ text: String, _ expected: String) throws {
        let line = try TextRule.line(1...10).apply(to: text).get()
        #expect(Array(line.utf8) == Array(expected.utf8))
    }

    @Test("Length counts code points, after trimming")
    func length() {
        let rule = TextRule.line(1...3)
        #expect(fault(rule, "   ") == .tooShort(minimum: 1))
        #expect(fault(rule, "") == .tooShort(minimum: 1))
        #expect(fault(rule, " abc ") == nil)
        #expect(fault(rule, "😹😹😹") == nil)
        #expect(fault(rule, "abcd") == .tooLong(limit: 3))
        #expect(fault(rule, "e\u{301}e\u{301}") == .tooLong(limit: 3))
    }

    @Test("One visible character of a megabyte is too long")
    func megabyteOfMarks() {
        let text = "e" + String(repeating: "\u{301}", count: 500_000)
        #expect(text.count == 1)
        #expect(fault(.line(1...200), text) == .tooLong(limit: 200))
        #expect(fault(.verbatim(upToBytes: 512), text) == .tooLong(limit: 512))
    }

    @Test(
        "Lines have no control characters and no line breaks",
        arguments: [
            "a\nb", "a\r\nb", "a\u{0}b", "a\u{1b}[0m", "a\u{7f}b", "a\u{85}b", "a\u{9f}b", "a\u{2028}b", "a\tb",
        ]
    )
    func controlCharacters(_ text: String) { #expect(fault(.line(1...200), text) == .controlCharacters) }

    @Test("Letters of all scripts, emoji and marks of direction are no control characters")
    func otherCharacters() {
        for text in ["Ñandú", "日本語", "👩🏽‍🚀", "\u{202e}abc", "שלום", "O'Brien; DROP TABLE", "<b>"] {
            #expect(fault(.line(1...200), text) == nil)
        }
    }

    @Test(
        "What has to be visible has neither joiners nor marks of direction, which a line may have",
        arguments: [
            "12\u{200b}34", "12\u{200d}34", "\u{feff}1234", "12\u{ad}34", "\u{202e}1234", "1234\u{2060}",
            "12\u{fe0f}34", "12\u{34f}34", "\u{115f}1234", "1234\u{3164}",
        ]
    )
    func visible(_ text: String) {
        #expect(fault(.visible(1...32), text) == .controlCharacters)
        #expect(fault(.line(1...32), text) == nil)
        #expect(fault(.visible(1...32), "Ñ-1234 é 日") == nil)
    }

    @Test("Verbatim text is left as it is")
    func verbatim() throws {
        let text = "  pass\tword\n e\u{301} "
        #expect(try Array(TextRule.verbatim(upToBytes: 512).apply(to: text).get().utf8) == Array(text.utf8))
        #expect(fault(.verbatim(upToBytes: 4), "12345") == .tooLong(limit: 4))
        #expect(fault(.verbatim(upToBytes: 4), "") == .tooShort(minimum: 1))
    }
}
