/// From when to when an access token is valid, in seconds since 1970.
///
/// Settled before the database is asked for it, since its code covers the end.
package struct TokenTimes: Sendable {
    package let issuedAt: Int
    package let expiresAt: Int

    package init(issuedAt: Int, expiresAt: Int) {
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// Leave to sign one access token.
///
/// Only this room can make one, and only of what a gate has answered: a token without the database's code, or with
/// another end than its code covers, cannot be signed.
package struct TokenGrant: Sendable {
    package let subject: TokenSubject
    package let times: TokenTimes
    /// The 32 bytes of `portero.claim_code`.
    package let contextCode: [UInt8]

    init(_ subject: TokenSubject, _ times: TokenTimes, contextCode: [UInt8]) {
        self.subject = subject
        self.times = times
        self.contextCode = contextCode
    }
}
