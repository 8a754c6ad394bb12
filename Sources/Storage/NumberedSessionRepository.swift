package import Domain
package import Postgres

/// Sessions known by their numbers.
package struct NumberedSessionRepository: Sendable {
    /// What became of a session that was to end by its number.
    package enum Ending: String, Sendable {
        /// Now, or before.
        case ended
        case unknown
        /// Another person's than the one who asked.
        case foreign
    }

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Ends a session of somebody who belongs to the organization; `user` is who asks, where that is known.
    ///
    /// - Throws: `AuthError.organizationNotBound`.
    package func end(
        _ number: SessionNumber,
        of user: UserID?,
        asked session: SessionID?,
        at binding: Binding,
        origin: Origin
    ) async throws -> Ending {
        let state = try await reaching(boundRefusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.end_numbered_session(
                    \(number.rawValue), \(user), \(session), \(binding.arguments), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> String in try row.next() }
        }
        return state.flatMap(Ending.init(rawValue:)) ?? .unknown
    }

    /// Has a session be what is wanted; `tokenSession` is the one that a token was made for which came along.
    ///
    /// - Throws: `AuthError.sessionNotFound`, `.missing`, `.sessionConflict`.
    package func update(
        to wanted: WantedSession,
        tokenSession: SessionID?,
        by actor: Actor
    ) async throws -> NumberedSession {
        let refusals = refusals(
            lacking: .manageSessions,
            [
                "session_not_found": .sessionNotFound, "session_conflict_user": .sessionConflict(.user),
                "session_conflict_token": .sessionConflict(.token), "session_conflict_start": .sessionConflict(.start),
                "session_conflict_expiry": .sessionConflict(.expiry),
                "session_conflict_activity": .sessionConflict(.activity),
                "session_conflict_ended": .sessionConflict(.ended),
            ]
        )
        let updated = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.update_numbered_session(
                    \(actor.identity), \(wanted.number.rawValue), \(wanted.userNumber), \(tokenSession),
                    \(wanted.startedAt), \(wanted.expiresAt), \(wanted.lastSeenAt), \(wanted.isLive), \(wanted.device),
                    \(SQL.origin(actor.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try NumberedSession(&row) } ?? nil
        }
        guard let updated else { throw AuthError.sessionNotFound }
        return updated
    }

    /// Opens a session without a password.
    ///
    /// - Throws: `AuthError.missing`, `.userNotFound`, `.grantsMoreThanHeld`, `.unauthenticated` where the actor's own
    ///   session has ended meanwhile, `.serviceKeyRefused`, `.organizationNotBound`.
    package func open(
        _ session: NewSession,
        for user: Int,
        times: TokenTimes,
        by opener: SessionOpener
    ) async throws -> (NumberedSession, TokenGrant) {
        let refusals = refusals(
            lacking: .manageSessions,
            [
                "user_not_found": .userNotFound, "session_ended": .unauthenticated,
                "service_key_refused": .serviceKeyRefused, "organization_not_bound": .organizationNotBound,
                // They went in this moment.
                "sessions_opened_by_key_fkey": .serviceKeyRefused, "sessions_opened_by_fkey": .unauthenticated,
            ]
        )
        let opened = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT user_id, context_code, (session_facts).*
                  FROM portero.open_trusted_session(
                    \(opener.arguments), \(user), \(session.id), \(session.number.rawValue),
                    \(SQL.seconds(session.lifetime)), \(session.reported.device), \(times.expiresAt),
                    \(SQL.origin(opener.origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in
                (userID: try row.next() as UserID, code: try row.next() as [UInt8], session: try NumberedSession(&row))
            }
        }
        guard let opened, let facts = opened.session else { throw AuthError.userNotFound }
        let subject = TokenSubject(
            userID: opened.userID,
            sessionID: session.id,
            organizationID: opener.organizationID
        )
        return (facts, TokenGrant(subject, times, contextCode: opened.code))
    }
}

/// Who opens a session without a password.
package enum SessionOpener: Sendable {
    case person(Actor)
    case program(ServiceKeyID, of: OrganizationID, at: Binding, origin: Origin)

    var organizationID: OrganizationID {
        switch self {
        case .person(let actor): actor.organizationID
        case .program(_, let organization, _, _): organization
        }
    }

    var origin: Origin {
        switch self {
        case .person(let actor): actor.origin
        case .program(_, _, _, let origin): origin
        }
    }

    /// Person, session, organization, key and binding.
    fileprivate var arguments: SQL {
        switch self {
        case .person(let actor): "\(actor.identity), NULL::uuid, NULL::text, NULL::text"
        case .program(let key, let organization, let binding, _):
            "NULL::uuid, NULL::uuid, \(organization), \(key), \(binding.arguments)"
        }
    }
}

extension NumberedSession {
    /// Nil for the row of nulls that a function answers which found nothing.
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        guard let given: Int = try row.nextIfPresent(), let number = SessionNumber(given) else { return nil }
        self.init(
            number: number,
            userNumber: try row.next(),
            startedAt: try row.next(),
            expiresAt: try row.next(),
            lastSeenAt: try row.next(),
            isLive: try row.next(),
            device: try row.next()
        )
    }
}
