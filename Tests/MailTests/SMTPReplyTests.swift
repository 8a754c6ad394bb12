import Testing

@testable import Mail

@Suite("SMTP replies")
struct SMTPReplyTests {
    @Test("Replies are found whatever pieces they arrive in", arguments: 1...40)
    func readsPieces(size: Int) throws {
        let text = Array("250-one\r\n250 two\r\n354\r\n550-5.1.1 a\r\n550 b\n421".utf8)
        var reader = SMTPReplyReader()
        var codes: [Int] = []
        for start in stride(from: 0, to: text.count, by: size) {
            try reader.append(text[start..<min(start + size, text.count)])
            while let code = try reader.next() { codes.append(code) }
        }
        #expect(codes == [250, 354, 550])
    }

    @Test(
        "What is no reply is refused",
        arguments: ["\r\n", "2\r\n", "abc hello\r\n", "100 x\r\n", "600 x\r\n", "2x0 y\r\n"]
    )
    func refuses(text: String) throws {
        var reader = SMTPReplyReader()
        try reader.append(Array(text.utf8))
        #expect(throws: SMTPReplyError.self) { try reader.next() }
    }

    @Test("A line without end is refused before it fills the memory")
    func isBounded() {
        #expect(throws: SMTPReplyError.self) {
            var reader = SMTPReplyReader()
            while try reader.next() == nil { try reader.append(Array("250 and so on".utf8)) }
        }
    }

    @Test("A reply of any number of lines takes no more room than one line")
    func dropsLines() throws {
        var reader = SMTPReplyReader()
        for _ in 0..<5000 {
            try reader.append(Array("250-and so on\r\n".utf8))
            #expect(try reader.next() == nil)
        }
        try reader.append(Array("250 done\r\n".utf8))
        #expect(try reader.next() == 250)
    }
}
