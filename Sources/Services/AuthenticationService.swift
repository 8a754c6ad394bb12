import Cryptography
package import Domain
import Storage

/// Finds out who sends a request.
package struct AuthenticationService: Sendable {
    let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Checks an access token, its session as it is now, and what its person may do in the token's organization.
    ///
    /// - Throws: `AuthError.unauthenticated`.
    package func caller(presenting token: ArraySlice<UInt8>) async throws -> Caller {
        let subject = try dependencies.subject(of: token)
        return try await caller(subject, in: subject.organizationID)
    }

    /// The same for an organization that the request names, whichever the token was made for.
    ///
    /// - Throws: `AuthError.unauthenticated`; `.organizationNotFound`, also where there is one that is not theirs.
    package func caller(
        presenting token: ArraySlice<UInt8>,
        in organization: OrganizationID
    ) async throws -> Caller {
        let caller = try await caller(dependencies.subject(of: token), in: organization)
        if caller.organizationID == nil { throw AuthError.organizationNotFound }
        return caller
    }

    private func caller(_ subject: TokenSubject, in organization: OrganizationID?) async throws -> Caller {
        let live = try await dependencies.storage.sessions.live(
            subject.sessionID,
            user: subject.userID,
            organization: organization
        )
        guard let live else { throw AuthError.unauthenticated }
        if live.isStale { dependencies.activity.note(subject.sessionID) }
        return Caller(
            userID: subject.userID,
            sessionID: subject.sessionID,
            organizationID: live.organizationID,
            openedIn: live.openedIn,
            email: live.email,
            fullName: live.fullName,
            passwordHash: live.passwordHash,
            permissions: Set(live.permissions)
        )
    }

    /// The same for a request that names no organization and came to this host: any surface's token counts.
    ///
    /// Who belongs elsewhere is written down as refused, as far as their network's allowance for that goes.
    ///
    /// - Throws: `AuthError.unauthenticated`; `.notMemberHere`; `.organizationNotBound` where a setting is wrong.
    package func caller(
        presenting token: ArraySlice<UInt8>,
        at host: HostName?,
        origin: Origin
    ) async throws -> BoundCaller {
        do {
            return try await caller(presenting: token, at: host)
        } catch AuthError.notMemberHere {
            let subject = try dependencies.subject(of: token)
            if dependencies.limit(on: origin, to: .recordRefusalOfStranger) == nil {
                try await dependencies.storage.audit.recordRefusal(
                    "not_member",
                    of: (subject.userID, subject.sessionID),
                    at: dependencies.binding(host),
                    origin: origin
                )
            }
            throw AuthError.notMemberHere
        }
    }

    /// The same where nobody is refused who belongs elsewhere.
    func caller(presenting token: ArraySlice<UInt8>, at host: HostName?) async throws -> BoundCaller {
        let subject = try dependencies.subject(of: token)
        let live = try await dependencies.storage.sessions.live(
            subject.sessionID,
            user: subject.userID,
            at: dependencies.binding(host)
        )
        guard let live else { throw AuthError.unauthenticated }
        if live.isStale { dependencies.activity.note(subject.sessionID) }
        return BoundCaller(
            caller: Caller(
                userID: subject.userID,
                sessionID: subject.sessionID,
                organizationID: live.organizationID,
                openedIn: live.openedIn,
                email: live.person.email,
                fullName: live.person.fullName,
                passwordHash: live.passwordHash,
                permissions: Set(live.person.permissions)
            ),
            person: live.person,
            session: live.session
        )
    }

    /// The profile of whoever a token speaks for, in one round trip.
    ///
    /// - Throws: `AuthError.unauthenticated`.
    package func profile(presenting token: ArraySlice<UInt8>) async throws -> Profile {
        let subject = try dependencies.subject(of: token)
        let live = try await dependencies.storage.accounts.profile(
            session: subject.sessionID,
            user: subject.userID,
            organization: subject.organizationID
        )
        guard let live else { throw AuthError.unauthenticated }
        if live.isStale { dependencies.activity.note(subject.sessionID) }
        return live.profile
    }
}

extension Dependencies {
    /// Whom a token was made for; whether its session is live, only the database knows.
    func subject(of token: ArraySlice<UInt8>) throws(AuthError) -> TokenSubject {
        guard let claims = tokens.verify(token, now: epochSeconds()) else { throw .unauthenticated }
        return TokenSubject(
            userID: UserID(rawValue: claims.userID),
            sessionID: SessionID(rawValue: claims.sessionID),
            organizationID: claims.organizationID.map { OrganizationID(rawValue: $0) }
        )
    }
}
