package import Domain
package import FoundationEssentials
package import Postgres

/// The mails that there are; the database knows the same names.
package enum MailKind: String, CaseIterable, Sendable {
    case resetPassword = "reset_password"
    case verifyEmail = "verify_email"
    case passwordChanged = "password_changed"
    case addressChanged = "address_changed"
    case sessionTheft = "session_theft"
    case invitation
}

/// A mail that is this server's to send until its lease ends.
package struct WaitingMail: Sendable {
    package let id: MailID
    /// Nil for a kind that this version does not know: a newer server wrote it, and will send it.
    package let kind: MailKind?
    package let recipient: String
    package let language: Language
    package let sealed: [UInt8]?
    package let attempts: Int
    package let createdAt: Date
}

/// What became of a mail.
package enum MailOutcome: Sendable {
    case sent
    case retry(after: Duration, failure: String)
    case givenUp(failure: String)
}

/// The mails that wait to be sent.
package struct OutboxRepository: Sendable {
    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Takes mails that are due; whoever else asks meanwhile gets others.
    package func claim(atMost count: Int, lease: Duration) async throws -> [WaitingMail] {
        try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT id, kind, recipient, language, sealed, attempts, created_at
                  FROM portero.claim_mails(\(Int32(clamping: count)), \(SQL.seconds(lease)))
                """
            ).map { (row: inout Row) throws(PostgresError) in try WaitingMail(&row) }
        }
    }

    package func report(_ mail: MailID, _ outcome: MailOutcome) async throws {
        let (sent, retry, failure): (Bool, Double?, String?) =
            switch outcome {
            case .sent: (true, nil, nil)
            case .retry(let delay, let failure): (false, Double(delay.components.seconds), failure)
            case .givenUp(let failure): (false, nil, failure)
            }
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.report_mail(\(mail), \(sent), make_interval(secs => \(retry)), \(failure))"
            )
        }
    }
}

extension WaitingMail {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        id = try row.next()
        kind = MailKind(rawValue: try row.next())
        recipient = try row.next()
        language = Language(rawValue: try row.next()) ?? .english
        sealed = try row.nextIfPresent()
        attempts = try row.next()
        createdAt = try row.next()
    }
}
