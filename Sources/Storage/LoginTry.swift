package import Domain
import Postgres

/// What the database knows of somebody who tries to log in.
package enum LoginTry: Sendable {
    /// One try is reserved; it ends with `open` or `fail`. The organization is the one where it is asked for, if one is.
    case go(LoginCandidate?, OrganizationID?)
    case locked(seconds: Int)
    /// As many tries as may still fail are being hashed: ask again in a moment.
    case wait
}

package struct LoginCandidate: Sendable {
    package let id: UserID
    package let passwordHash: String?
    package let isActive: Bool
    package let isVerified: Bool
    /// Nil for who is no active member of the organization that is asked for, and where none is.
    package let member: BoundPerson?
}

/// Why a try at a password failed, as it is logged.
package enum LoginFailure: String, Sendable {
    case wrongPassword = "wrong_password"
    case unknownAccount = "unknown_account"
    /// The password was right, but its person does not belong to the organization that was asked for.
    case notMember = "not_member"
    case inactive
    case unverified

    var counts: Bool {
        switch self {
        case .wrongPassword, .unknownAccount, .notMember: true
        case .inactive, .unverified: false
        }
    }
}

/// Where a password is asked for.
package enum LoginPlace: Sendable {
    /// At a contract where nobody says where they want to come in; of who is in already, the organization they work in.
    case open(OrganizationID?)
    /// Its person has to be a member where the request belongs.
    case bound(Binding)

    package var isBound: Bool {
        switch self {
        case .open: false
        case .bound: true
        }
    }
}

/// What the password was for; the audit trail knows the same names.
package enum LoginEvent: String, Sendable {
    case login = "authn_login_fail"
    case passwordChange = "authn_password_change_fail"
}

extension LoginTry {
    init(_ row: inout Row, in organization: OrganizationID?) throws(PostgresError) {
        self = try Self.read(&row) { (_: inout Row) throws(PostgresError) in (organization, nil) }
    }

    init(bound row: inout Row) throws(PostgresError) {
        self = try Self.read(&row) { (row: inout Row) throws(PostgresError) in
            (try row.nextIfPresent(), try BoundPerson(&row))
        }
    }

    /// What both kinds of rows begin with, and then where that is and whether they belong there.
    private static func read(
        _ row: inout Row,
        _ place: (inout Row) throws(PostgresError) -> (OrganizationID?, BoundPerson?)
    ) throws(PostgresError) -> LoginTry {
        let state: String = try row.next()
        let retryAfter: Int? = try row.nextIfPresent()
        let user: UserID? = try row.nextIfPresent()
        let hash: String? = try row.nextIfPresent()
        let isActive: Bool? = try row.nextIfPresent()
        let isVerified: Bool? = try row.nextIfPresent()
        let (organization, member) = try place(&row)
        switch state {
        case "locked": return .locked(seconds: max(1, retryAfter ?? 1))
        case "wait": return .wait
        default:
            return .go(
                user.map {
                    LoginCandidate(
                        id: $0,
                        passwordHash: hash,
                        isActive: isActive ?? false,
                        isVerified: isVerified ?? false,
                        member: member
                    )
                },
                organization
            )
        }
    }
}
