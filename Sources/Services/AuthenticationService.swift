import Cryptography
package import Domain
import Storage

/// Finds out who sends a request.
package struct AuthenticationService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Checks an access token, its session as it is now, and what its person may do in the token's organization.
    ///
    /// - Throws: `AuthError.unauthenticated`.
    package func caller(presenting token: ArraySlice<UInt8>) async throws -> Caller {
        let subject = try dependencies.subject(of: token)
        let live = try await dependencies.sessions.live(
            subject.sessionID,
            user: subject.userID,
            organization: subject.organizationID
        )
        guard let live else { throw AuthError.unauthenticated }
        return Caller(
            userID: subject.userID,
            sessionID: subject.sessionID,
            organizationID: live.organizationID,
            email: live.email,
            fullName: live.fullName,
            passwordHash: live.passwordHash,
            permissions: Set(live.permissions)
        )
    }

    /// The profile of whoever a token speaks for, in one round trip.
    ///
    /// - Throws: `AuthError.unauthenticated`.
    package func profile(presenting token: ArraySlice<UInt8>) async throws -> Profile {
        let subject = try dependencies.subject(of: token)
        let profile = try await dependencies.accounts.profile(
            session: subject.sessionID,
            user: subject.userID,
            organization: subject.organizationID
        )
        guard let profile else { throw AuthError.unauthenticated }
        return profile
    }
}

extension Dependencies {
    /// Whom a token was made for; whether its session is live, only the database knows.
    fileprivate func subject(of token: ArraySlice<UInt8>) throws(AuthError) -> TokenSubject {
        guard let claims = tokens.verify(token, now: epochSeconds()) else { throw .unauthenticated }
        return TokenSubject(
            userID: UserID(rawValue: claims.userID),
            sessionID: SessionID(rawValue: claims.sessionID),
            organizationID: claims.organizationID.map { OrganizationID(rawValue: $0) }
        )
    }
}
