package import Domain
import Postgres

/// Who asks for a change, where, and from where: what every gate of an organization begins with.
package struct Actor: Sendable {
    package let userID: UserID
    package let sessionID: SessionID
    package let organizationID: OrganizationID
    package let origin: Origin

    package init(userID: UserID, sessionID: SessionID, organizationID: OrganizationID, origin: Origin) {
        self.userID = userID
        self.sessionID = sessionID
        self.organizationID = organizationID
        self.origin = origin
    }

    /// The first three parameters of a gate.
    var identity: SQL { "\(userID), \(sessionID), \(organizationID)" }
}

/// What any gate of an organization may refuse, and what this one may.
func refusals(lacking permission: Permission, _ others: [String: AuthError] = [:]) -> [String: AuthError] {
    let common: [String: AuthError] = [
        "organization_not_found": .organizationNotFound, "permission_missing": .missing(permission),
        "grants_more_than_held": .grantsMoreThanHeld, "last_admin": .lastAdmin,
    ]
    return common.merging(others) { $1 }
}
