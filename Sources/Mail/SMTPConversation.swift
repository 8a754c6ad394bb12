/// What is said to a server that has been greeted and logged in to, from MAIL to the reply to the content.
///
/// It does no I/O: it is told what the server replied, and answers what to say next.
struct SMTPConversation {
    enum Step: Equatable {
        case say([UInt8])
        case end(Delivery)
    }

    private enum Stage {
        case sender
        case recipient
        case opening
        case content
    }

    private let message: Message
    private var stage = Stage.sender

    init(about message: Message) {
        self.message = message
    }

    /// The first command.
    var opening: [UInt8] {
        let parameter = needsUTF8 ? " SMTPUTF8" : ""
        return Array("MAIL FROM:<\(message.sender.address)>\(parameter)\r\n".utf8)
    }

    /// The last one; its reply tells nothing any more.
    static let farewell = Array("QUIT\r\n".utf8)

    /// Takes the reply to what was said last.
    ///
    /// A 5xx is for good only where it answers to this recipient or this content. One that meets the sender is about our
    /// settings, and must not cost people their mail once those are right again; unless it meets an address in UTF-8.
    mutating func reply(_ code: Int) -> Step {
        let isFinal = code >= 500
        switch (stage, code) {
        case (.sender, 200..<300):
            stage = .recipient
            return .say(Array("RCPT TO:<\(message.recipient.address)>\r\n".utf8))
        case (.sender, _) where needsUTF8 && isFinal:
            return .end(.permanentFailure(reason: "the mail server takes no addresses beyond ASCII (reply \(code))"))
        case (.sender, _):
            return .end(.temporaryFailure(reason: "the mail server refused the sender with \(code)"))

        case (.recipient, 200..<300):
            stage = .opening
            return .say(Array("DATA\r\n".utf8))
        case (.recipient, _):
            let reason = "the mail server refused the recipient with \(code)"
            return .end(isFinal ? .permanentFailure(reason: reason) : .temporaryFailure(reason: reason))

        case (.opening, 300..<400):
            stage = .content
            return .say(content)
        case (.content, 200..<300):
            return .end(.delivered)
        case (.opening, _), (.content, _):
            let reason = "the mail server refused the mail with \(code)"
            return .end(isFinal ? .permanentFailure(reason: reason) : .temporaryFailure(reason: reason))
        }
    }

    /// Whether an address can only be written in UTF-8 (RFC 6531).
    private var needsUTF8: Bool {
        !(message.sender.address + message.recipient.address).utf8.allSatisfy { $0 < 0x80 }
    }

    /// The mail and the dot that ends it; a line's own first dot is doubled (RFC 5321, section 4.5.2).
    private var content: [UInt8] {
        let dot = UInt8(ascii: ".")
        let text = message.rendered()
        var stuffed: [UInt8] = []
        stuffed.reserveCapacity(text.count + 64)
        var beginsLine = true
        for byte in text {
            if beginsLine, byte == dot { stuffed.append(dot) }
            stuffed.append(byte)
            beginsLine = byte == UInt8(ascii: "\n")
        }
        stuffed.append(contentsOf: ".\r\n".utf8)
        return stuffed
    }
}
