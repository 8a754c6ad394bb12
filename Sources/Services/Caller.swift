package import Domain

/// Somebody whose token has been checked, and what they may do now.
///
/// Only this room can make one, so holding a `Caller` is proof of authentication.
package struct Caller: Sendable {
    package let userID: UserID
    package let sessionID: SessionID
    /// Null when they work nowhere, or not any more where their token says.
    package let organizationID: OrganizationID?
    /// Where somebody else opened this session: it reaches nothing outside, and nothing of the account itself.
    package let openedIn: OrganizationID?
    package let email: String
    package let fullName: String
    let passwordHash: String?
    let permissions: Set<String>

    /// Whether the session may work there at all, if its person does.
    func reaches(_ organization: OrganizationID) -> Bool { openedIn == nil || openedIn == organization }

    package func require(_ permission: Permission) throws(AuthError) {
        guard permissions.contains(permission.rawValue) else { throw .missing(permission) }
    }
}

/// A caller in the organization that the request belongs to, and what the bound contracts show of them.
///
/// Only this room can make one: its caller cannot be made elsewhere.
package struct BoundCaller: Sendable {
    package let caller: Caller
    package let person: BoundPerson
    package let session: NumberedSession
}
