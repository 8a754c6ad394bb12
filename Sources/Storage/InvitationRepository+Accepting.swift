package import Domain
import Postgres

extension InvitationRepository {
    /// Whom a token invites; nil for one that is unknown or has ended.
    package func invitee(of digest: [UInt8]) async throws -> Invitee? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT email, user_id, is_active FROM portero.invited(\(digest))")
                .first { (row: inout Row) throws(PostgresError) in try Invitee(&row) }
        }
    }

    /// Accepts an invitation and opens a session in its organization.
    ///
    /// `caller` is who is logged in already, if anybody; `newcomer` the account to make where there is none.
    package func accept(
        _ digest: [UInt8],
        by caller: UserID?,
        _ newcomer: Newcomer?,
        identityDigest: [UInt8],
        _ session: NewSession,
        times: TokenTimes,
        origin: Origin
    ) async throws -> AcceptOutcome {
        let outcome = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.accept_invitation(
                    \(digest), \(caller), \(newcomer?.id), \(newcomer?.fullName.text), \(newcomer?.passwordHash),
                    \(identityDigest), \(session.id), \(session.number.rawValue), \(SQL.seconds(session.lifetime)),
                    \(session.refreshDigest), \(times.expiresAt), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try AcceptOutcome(session.id, times, &row) }
        }
        return outcome ?? .notFound
    }

    /// Refuses an invitation; false when there is none to refuse.
    package func refuse(_ digest: [UInt8], origin: Origin) async throws -> Bool {
        let refused = try await reaching { () throws(PostgresError) in
            try await database.write("SELECT portero.refuse_invitation(\(digest), \(SQL.origin(origin)))")
                .first { (row: inout Row) throws(PostgresError) -> Bool in try row.next() }
        }
        return refused ?? false
    }
}

extension Invitee {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        email = try row.next()
        userID = try row.nextIfPresent()
        isActive = try row.nextIfPresent() ?? true
    }
}

extension AcceptOutcome {
    fileprivate init(_ session: SessionID, _ times: TokenTimes, _ row: inout Row) throws(PostgresError) {
        let state: String = try row.next()
        switch state {
        case "accepted": self = .accepted(try Acceptance(session, times, &row))
        case "inactive": self = .accountInactive
        case "no_account": self = .noAccount
        default: self = .notFound
        }
    }
}

extension Acceptance {
    fileprivate init(_ session: SessionID, _ times: TokenTimes, _ row: inout Row) throws(PostgresError) {
        let user: UserID = try row.next()
        isNewAccount = try row.next()
        organization = OrganizationReference(id: try row.next(), name: try row.next(), slug: try row.next())
        role = RoleReference(id: try row.next(), name: try row.next())
        let subject = TokenSubject(userID: user, sessionID: session, organizationID: organization.id)
        grant = TokenGrant(subject, times, contextCode: try row.next())
    }
}
