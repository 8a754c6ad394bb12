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
    case unacceptablePassword(PasswordProblem)
    case wrongCurrentPassword
    /// Wrong, expired, used or used up: one answer for all.
    case invalidCode
    case refreshTokenRefused
    case sessionNotFound
    case organizationNotFound
    case missing(Permission)
}

/// Why a password is not taken.
package enum PasswordProblem: Equatable, Sendable {
    case tooShort(minimum: Int)
    case tooLong(maximum: Int)
    case tooGuessable
    case tooPersonal
    case sameAsCurrent
}
