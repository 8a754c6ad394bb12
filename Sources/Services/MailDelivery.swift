package import Domain
package import Mail
package import Storage

/// Sends the mails that wait in the outbox.
///
/// Every server may run one: a mail is claimed by one of them at a time. A mail server that is down delays mail and
/// nothing else.
package struct MailDelivery: Sendable {
    /// After this long a claimed mail whose server died is somebody else's to send; longer than a transport takes.
    private static let lease = Duration.seconds(120)
    private static let idlePause = Duration.milliseconds(500)
    /// As many as are sent within the lease, even if each takes half a minute.
    private static let batch = 3
    /// About two days, given the pauses between attempts.
    private static let attemptLimit = 24

    private let outbox: OutboxRepository
    private let transport: any MailTransport
    private let keys: ServiceKeys
    private let sender: MailAddress
    /// What links in mails start with.
    private let publicURL: String
    private let pause: @Sendable (Duration) async throws -> Void
    private let report: @Sendable (MailReport) -> Void

    package init(
        outbox: OutboxRepository,
        transport: any MailTransport,
        keys: ServiceKeys,
        sender: MailAddress,
        publicURL: String,
        pause: @escaping @Sendable (Duration) async throws -> Void,
        report: @escaping @Sendable (MailReport) -> Void
    ) {
        self.outbox = outbox
        self.transport = transport
        self.keys = keys
        self.sender = sender
        self.publicURL = publicURL
        self.pause = pause
        self.report = report
    }

    /// Sends until its task is cancelled; what it has taken and not begun then is due again.
    package func run() async {
        while !Task.isCancelled {
            // Out of reach for the moment: what waits, waits.
            let mails = (try? await outbox.claim(atMost: Self.batch, lease: Self.lease)) ?? []
            for mail in mails { await Task.isCancelled ? giveBack(mail) : deliver(mail) }
            if mails.isEmpty { try? await pause(Self.idlePause) }
        }
    }

    private func giveBack(_ mail: WaitingMail) async {
        try? await outbox.report(mail.id, .retry(after: .zero, failure: "the server was about to stop"))
    }

    private func deliver(_ mail: WaitingMail) async {
        let outcome = await outcome(of: mail)
        report(MailReport(mail: mail.id, attempts: mail.attempts, outcome: outcome))
        // Not recorded: the lease ends, and the mail is sent again with the same Message-ID.
        try? await outbox.report(mail.id, outcome)
    }

    private func outcome(of mail: WaitingMail) async -> MailOutcome {
        guard let template = mail.template(keys, publicURL: publicURL) else {
            return .givenUp(failure: "sealed under a secret that is no longer known, or of an unknown kind")
        }
        guard let recipient = try? MailAddress(mail.recipient) else {
            return .givenUp(failure: "the recipient's address cannot be written to")
        }
        let message = Message(
            id: mail.id.rawValue,
            from: sender,
            to: recipient,
            subject: template.subject(in: mail.mailLanguage),
            body: template.body(in: mail.mailLanguage),
            date: mail.createdAt
        )
        switch await transport.send(message) {
        case .delivered: return .sent
        case .permanentFailure(let reason): return .givenUp(failure: reason)
        case .temporaryFailure(let reason):
            guard mail.attempts < Self.attemptLimit else { return .givenUp(failure: reason) }
            return .retry(after: Self.backoff(after: mail.attempts), failure: reason)
        }
    }

    /// 2, 4, 8 … seconds, at most two hours.
    private static func backoff(after attempts: Int) -> Duration {
        .seconds(min(7200, 1 << min(max(1, attempts), 13)))
    }
}

/// What became of an attempt to send, for the log.
package struct MailReport: Sendable {
    package let mail: MailID
    package let attempts: Int
    package let outcome: MailOutcome
}
