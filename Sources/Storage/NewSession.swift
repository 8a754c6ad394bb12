package import Domain
import Postgres

/// A session about to be opened.
package struct NewSession: Sendable {
    package let id: SessionID
    package let number: SessionNumber
    package let lifetime: Duration
    package let refreshDigest: [UInt8]?
    package let device: String?

    package init(
        id: SessionID,
        number: SessionNumber,
        lifetime: Duration,
        refreshDigest: [UInt8]?,
        device: String?
    ) {
        self.id = id
        self.number = number
        self.lifetime = lifetime
        self.refreshDigest = refreshDigest
        self.device = device
    }
}

package enum OpenedSession: Sendable {
    case opened(OrganizationID?)
    /// Between the check of the password and now, the account was closed or got another password.
    case accountChanged
}

extension OpenedSession {
    init(_ row: inout Row) throws(PostgresError) {
        let state: String = try row.next()
        let organization: OrganizationID? = try row.nextIfPresent()
        self = state == "opened" ? .opened(organization) : .accountChanged
    }
}
