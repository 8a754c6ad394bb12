package import FoundationEssentials

/// A mail to one person, ready to be sent as often as it takes.
package struct Message: Sendable, Equatable {
    /// The same for every attempt: a reader's mail program shows two deliveries of it once.
    package let id: UUID
    package let sender: MailAddress
    package let recipient: MailAddress
    package let subject: String
    package let body: String
    /// When the mail was caused, not when it is sent.
    package let date: Date

    package init(
        id: UUID,
        from sender: MailAddress,
        to recipient: MailAddress,
        subject: String,
        body: String,
        date: Date
    ) {
        self.id = id
        self.sender = sender
        self.recipient = recipient
        self.subject = subject
        self.body = body
        self.date = date
    }

    package init(
        id: UUID,
        from sender: MailAddress,
        to recipient: MailAddress,
        _ template: some MailTemplate,
        in language: MailLanguage,
        date: Date
    ) {
        self.init(
            id: id,
            from: sender,
            to: recipient,
            subject: template.subject(in: language),
            body: template.body(in: language),
            date: date
        )
    }

    /// The id as text, in lower case.
    var name: String { id.uuidString.lowercased() }

    /// The mail as RFC 5322 and MIME write it, with CRLF at the end of each line.
    package func rendered() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(body.utf8.count * 5 / 4 + 1024)
        text.appendHeader("Date", UTCMoment(date).asHeader)
        text.appendHeader("From", HeaderText.mailbox(sender))
        text.appendHeader("To", HeaderText.mailbox(recipient))
        text.appendHeader("Message-ID", "<\(name)@\(sender.domain)>")
        text.appendHeader("Subject", HeaderText.unstructured(subject, after: "Subject: ".utf8.count))
        text.appendHeader("MIME-Version", "1.0")
        text.appendHeader("Content-Type", "text/plain; charset=utf-8")
        text.appendHeader("Content-Transfer-Encoding", "quoted-printable")
        text.appendHeader("Auto-Submitted", "auto-generated")
        text.append(contentsOf: "\r\n".utf8)
        QuotedPrintable.encode(body, into: &text)
        return text
    }
}

extension [UInt8] {
    /// `value` has been through `HeaderText`, or is of our own making.
    fileprivate mutating func appendHeader(_ name: StaticString, _ value: String) {
        name.withUTF8Buffer { append(contentsOf: $0) }
        append(contentsOf: ": ".utf8)
        append(contentsOf: value.utf8)
        append(contentsOf: "\r\n".utf8)
    }
}
