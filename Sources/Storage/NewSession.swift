package import Domain
import Postgres

/// A session about to be opened.
package struct NewSession: Sendable {
    package let id: SessionID
    package let number: SessionNumber
    package let lifetime: Duration
    package let refreshDigest: [UInt8]?
    package let reported: ReportedClient

    package init(
        id: SessionID,
        number: SessionNumber,
        lifetime: Duration,
        refreshDigest: [UInt8]?,
        reported: ReportedClient
    ) {
        self.id = id
        self.number = number
        self.lifetime = lifetime
        self.refreshDigest = refreshDigest
        self.reported = reported
    }
}

package enum OpenedSession: Sendable {
    case opened(TokenGrant)
    /// Between the check of the password and now, the account was closed or got another password.
    case accountChanged
}

extension OpenedSession {
    init(_ session: SessionID, of user: UserID, _ times: TokenTimes, _ row: inout Row) throws(PostgresError) {
        let state: String = try row.next()
        let organization: OrganizationID? = try row.nextIfPresent()
        let code: [UInt8]? = try row.nextIfPresent()
        if state == "opened", let code {
            let subject = TokenSubject(userID: user, sessionID: session, organizationID: organization)
            self = .opened(TokenGrant(subject, times, contextCode: code))
        } else {
            self = .accountChanged
        }
    }
}
