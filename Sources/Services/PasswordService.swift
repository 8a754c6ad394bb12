import Cryptography
package import Domain
import Storage

/// New passwords: for those who know the old one, and for those who read the mails of the account's address.
package struct PasswordService: Sendable {
    private let dependencies: Dependencies
    private let tries: PasswordTries

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        tries = PasswordTries(dependencies, for: .passwordChange)
    }

    /// Sets a new password and ends the caller's other sessions.
    ///
    /// A wrong current password counts like a failed login.
    ///
    /// - Throws: `AuthError.wrongCurrentPassword`, `.unacceptablePassword`, `.accountLocked`, `.unauthenticated` (the
    ///   session ended meanwhile), `.sessionOpenedByAnother`, `.unavailable`.
    package func change(
        _ caller: Caller,
        from current: String,
        to new: String,
        origin: Origin
    ) async throws {
        try await dependencies.requireOwnSession(caller, from: origin)
        guard let email = EmailAddress(caller.email) else { throw AuthError.wrongCurrentPassword }
        guard current != new else { throw AuthError.unacceptablePassword(.sameAsCurrent) }
        try PasswordPolicy.check(new, of: caller.email, named: caller.fullName)
        let checked: PasswordTries.Checked
        do {
            checked = try await tries.check(
                current,
                of: .email(email),
                at: .open(caller.organizationID),
                origin: origin
            )
        } catch AuthError.invalidCredentials {
            throw AuthError.wrongCurrentPassword
        }
        try await dependencies.storage.logins.release(checked.identity)
        guard checked.candidate.id == caller.userID else { throw AuthError.unauthenticated }
        let changed = try await dependencies.storage.codes.changePassword(
            of: caller.userID,
            session: caller.sessionID,
            in: caller.organizationID,
            from: checked.hash,
            to: try await dependencies.hash(new),
            identityDigest: checked.identity.digest,
            origin: origin
        )
        if !changed { throw AuthError.unauthenticated }
    }

    /// Mails a code to whoever has this address, if anybody.
    ///
    /// - Throws: `AuthError.tooManyRequests`, `.unavailable`; nothing that tells whether there is such an account.
    package func requestReset(of email: EmailAddress, origin: Origin) async throws {
        try dependencies.admit(origin)
        try await dependencies.storage.codes.request(
            .resetPassword,
            for: email,
            dependencies.newCode(.resetPassword),
            origin: origin
        )
    }

    /// Sets a new password and ends every session of the account.
    ///
    /// - Throws: `AuthError.invalidCode`, `.unacceptablePassword` (no try is spent), `.tooManyRequests`, `.unavailable`.
    package func reset(_ email: EmailAddress, code: String, to new: String, origin: Origin) async throws {
        try dependencies.admit(origin)
        try PasswordPolicy.check(new, of: email.text)
        // Before a try at the code is spent on what comes to nothing.
        try dependencies.requireRoomToHash()
        let (code, user) = try await dependencies.proven(code, for: .resetPassword, of: email, origin: origin)
        let isSet = try await dependencies.storage.codes.resetPassword(
            with: code,
            of: user,
            to: try await dependencies.hash(new),
            identityDigest: dependencies.keys.identityDigest(of: email),
            origin: origin
        )
        if !isSet { throw AuthError.invalidCode }
    }
}
