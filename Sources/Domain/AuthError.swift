/// Every refusal that a caller can provoke.
///
/// Anything else that a service throws is a fault of ours.
package enum AuthError: Error, Equatable, Sendable {
    /// No token, or one that is not good (any more).
    case unauthenticated
    /// Unknown account or wrong password: one answer for both.
    case invalidCredentials
    /// The account is unknown; only where a setting allows to say so.
    case unknownAccount
    /// The password was right, but the account is closed.
    case accountInactive
    /// The password was right, but the address was never verified and a setting asks for that.
    case emailNotVerified
    case accountLocked(seconds: Int)
    case tooManyRequests(seconds: Int)
    /// Too much to do, or the database is out of reach: nothing was changed, or nobody knows.
    case unavailable(seconds: Int)
    case emailTaken
    case usernameTaken
    /// An address in the place of a username, of somebody who has a username, or another address.
    case usernameIsAddress
    case unacceptablePassword(PasswordProblem)
    case wrongCurrentPassword
    /// Wrong, expired, used or used up: one answer for all.
    case invalidCode
    case refreshTokenRefused
    case sessionNotFound
    /// Known by its number, but another person's than the token's.
    case sessionOfSomebodyElse
    /// The session was opened by somebody else, so what is its person's alone is out of its reach.
    case sessionOpenedByAnother
    /// What is asked of a session does not suit what it is.
    case sessionConflict(SessionConflict)
    case organizationNotFound
    /// No organization has the request's host, nor the slug that the operator named for that case.
    case organizationNotBound
    /// The token is good, but its person is no active member of the organization that the request belongs to.
    case notMemberHere
    case missing(Permission)
    /// A role or key with something in it that the one who gives it does not hold.
    case grantsMoreThanHeld
    /// It would leave an organization with nobody to manage it.
    case lastAdmin
    case memberNotFound
    /// Nobody removes themselves where others manage people.
    case ownAccount
    /// Its username and address are its person's alone to change, who works elsewhere too.
    case accountShared
    case dniTaken
    /// Whoever becomes an employee has names and a dni.
    case employeeIncomplete
    case roleNotFound
    case permissionNotFound
    /// A role was given that is not one of the organization's.
    case unknownRole
    /// Whoever registers may not take the role by themselves.
    case roleNotOpen
    case userNotFound
    /// The places, counted from 0, of names that are no permission of the organization.
    case unknownPermissions([Int])
    case slugTaken
    case domainTaken
    /// The operator gives it out.
    case domainNotOpen
    /// Requests that name no organization belong to it, so its slug and its end are the operator's to decide.
    case defaultOrganization
    case roleNameTaken
    case permissionNameTaken
    case builtIn
    /// Somebody holds it, or has been promised it.
    case roleInUse
    case tooManyOrganizations
    case tooManyRoles
    case tooManyPermissions
    /// Unknown, accepted, refused, revoked or expired: one answer for all who hold a token.
    case invitationNotFound
    /// The invitation is known to those who manage it, but has been accepted, refused, revoked or closed.
    case invitationEnded
    /// The address has been invited already and may still accept.
    case invitationPending
    case tooManyInvitations
    case alreadyMember
    /// A token was sent along with the invitation that is not of the invited person.
    case invitationOfSomebodyElse
    /// Whoever was invited has no account yet, and did not say what one takes.
    case accountNeeded
    case serviceKeyNotFound
    case serviceKeyRefused
    case tooManyServiceKeys
    case expiryInThePast
    /// Asked about a token by somebody who may ask about their own alone.
    case foreignToken
    /// Less than a clean-up leaves in any case.
    case retentionTooShort
}

/// Why a password is not taken.
package enum PasswordProblem: Equatable, Sendable {
    case tooShort(minimum: Int)
    case tooLong(maximum: Int)
    case tooGuessable
    case tooPersonal
    case sameAsCurrent
}

/// Which part of a session was not what it must be, or may not become what was asked.
package enum SessionConflict: String, CaseIterable, Sendable {
    case user
    case token
    case start
    /// It can only come closer, and not before the start.
    case expiry
    /// Never before the start, never in the future.
    case activity
    /// What has ended stays as it is.
    case ended
}
