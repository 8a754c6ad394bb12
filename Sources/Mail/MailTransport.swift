/// A way for mails to leave the house.
package protocol MailTransport: Sendable {
    /// Tries once; trying again is the caller's.
    ///
    /// A task that is cancelled meanwhile gets a temporary failure, soon.
    func send(_ message: Message) async -> Delivery
}

/// What became of an attempt.
///
/// A reason is a short sentence for operators. It is made of our own words and the server's reply code, so it holds no
/// password and nothing that the server said.
package enum Delivery: Sendable, Equatable {
    /// Somebody else is responsible for the mail now.
    case delivered

    /// Worth another try later: the network, a 4xx, or a server that refuses us rather than this mail.
    case temporaryFailure(reason: String)

    /// The server will never take this mail for this recipient.
    case permanentFailure(reason: String)
}
