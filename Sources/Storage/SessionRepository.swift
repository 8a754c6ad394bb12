package import Domain
package import Postgres

/// Who speaks, as the database knows them now.
package struct LiveSession: Sendable {
    package let email: String
    package let fullName: String
    package let passwordHash: String?
    package let organizationID: OrganizationID?
    package let permissions: [String]
    /// Where somebody else opened it.
    package let openedIn: OrganizationID?
    /// Its use has not been noted for a minute.
    package let isStale: Bool
}

/// When a session was used.
package struct SessionUse: Sendable {
    package let session: SessionID
    package let millisecondsAgo: Int

    package init(_ session: SessionID, millisecondsAgo: Int) {
        self.session = session
        self.millisecondsAgo = millisecondsAgo
    }
}

/// What became of a refresh token that was presented.
package enum Rotation: Sendable {
    /// `nonce` and the presented token give the successor, the same one for all who ask within the grace.
    case successor(nonce: [UInt8], TokenGrant)
    case refused
    case notMember
}

/// Whom an access token is made for.
package struct TokenSubject: Sendable {
    package let userID: UserID
    package let sessionID: SessionID
    package let organizationID: OrganizationID?

    package init(userID: UserID, sessionID: SessionID, organizationID: OrganizationID?) {
        self.userID = userID
        self.sessionID = sessionID
        self.organizationID = organizationID
    }
}

/// A refresh token that was presented, and what would follow it.
package struct PresentedToken: Sendable {
    package let digest: [UInt8]
    package let successorDigest: [UInt8]
    package let nonce: [UInt8]

    package init(digest: [UInt8], successorDigest: [UInt8], nonce: [UInt8]) {
        self.digest = digest
        self.successorDigest = successorDigest
        self.nonce = nonce
    }
}

/// Live sessions: checked, listed, rotated and ended.
package struct SessionRepository: Sendable {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func live(
        _ session: SessionID,
        user: UserID,
        organization: OrganizationID?
    ) async throws -> LiveSession? {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.authenticate(\(session), \(user), \(organization))")
                .first { (row: inout Row) throws(PostgresError) in try LiveSession(&row) }
        }
    }

    /// Notes when sessions were used, as far as that is not known to the minute.
    package func note(_ uses: [SessionUse]) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.note_activity(\(uses.map(\.session.rawValue)), \(uses.map(\.millisecondsAgo)))
                """
            )
        }
    }

    /// Those that somebody else opened in `organization`, where one is given, and no others.
    package func list(
        of user: UserID,
        openedIn organization: OrganizationID?
    ) async throws -> [SessionSummary] {
        try await reaching { () throws(PostgresError) in
            try await database.read("SELECT * FROM portero.live_sessions(\(user), \(organization))")
                .map { (row: inout Row) throws(PostgresError) in try SessionSummary(&row) }
        }
    }

    /// Rotates a refresh token; a stolen one ends its session and queues the mail that tells its person.
    package func rotate(
        _ token: PresentedToken,
        grace: Duration,
        organization: OrganizationID?,
        times: TokenTimes,
        origin: Origin
    ) async throws -> Rotation {
        let outcome = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT state, user_id, session_id, organization_id, nonce, context_code FROM portero.refresh(
                    \(token.digest), \(token.successorDigest), \(token.nonce), \(SQL.seconds(grace)), \(organization),
                    \(times.expiresAt), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try Rotation(&row, times) }
        }
        return outcome ?? .refused
    }

    /// Ends one live session of a user; false when there was none with that id, or none that was opened in `opening`.
    ///
    /// `organization` is where they asked for it.
    package func end(
        _ session: SessionID,
        of user: UserID,
        openedIn opening: OrganizationID? = nil,
        because reason: SessionEnd,
        in organization: OrganizationID?,
        origin: Origin
    ) async throws -> Bool {
        let ended = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.end_session(\(session), \(user), \(reason.rawValue), 'authn_token_revoked',
                                           \(opening), \(organization), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> Bool in try row.next() }
        }
        return ended ?? false
    }

    /// Ends the live sessions of a user but `kept`, or those of them that were opened in `organization`; answers how many.
    package func endAll(
        of user: UserID,
        openedIn organization: OrganizationID?,
        except kept: SessionID?,
        asked current: SessionID,
        origin: Origin
    ) async throws -> Int {
        let count = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.end_sessions(\(user), \(kept), \(SessionEnd.logoutAll.rawValue), \(current),
                                            \(organization), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> Int in try row.next() }
        }
        return count ?? 0
    }
}

extension LiveSession {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        email = try row.next()
        fullName = try row.next()
        passwordHash = try row.nextIfPresent()
        organizationID = try row.nextIfPresent()
        let _: RoleID? = try row.nextIfPresent()
        permissions = try row.nextIfPresent() ?? []
        openedIn = try row.nextIfPresent()
        isStale = try row.next()
    }
}

extension SessionSummary {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            id: try row.next(),
            createdAt: try row.next(),
            lastSeenAt: try row.next(),
            expiresAt: try row.next(),
            address: try row.nextIfPresent(),
            userAgent: try row.nextIfPresent(),
            device: try row.nextIfPresent(),
            organizationID: try row.nextIfPresent(),
            number: try row.next()
        )
    }
}

extension Rotation {
    fileprivate init(_ row: inout Row, _ times: TokenTimes) throws(PostgresError) {
        let state: String = try row.next()
        let user: UserID? = try row.nextIfPresent()
        let session: SessionID? = try row.nextIfPresent()
        let organization: OrganizationID? = try row.nextIfPresent()
        let nonce: [UInt8]? = try row.nextIfPresent()
        let code: [UInt8]? = try row.nextIfPresent()
        switch (state, user, session, nonce, code) {
        case ("rotated", let user?, let session?, let nonce?, let code?),
            ("repeated", let user?, let session?, let nonce?, let code?):
            let subject = TokenSubject(userID: user, sessionID: session, organizationID: organization)
            self = .successor(nonce: nonce, TokenGrant(subject, times, contextCode: code))
        case ("not_member", _, _, _, _): self = .notMember
        default: self = .refused
        }
    }
}
