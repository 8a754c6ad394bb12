package import Domain
package import Postgres

/// Tries at a password, counted before they are made.
package struct LoginRepository: Sendable {
    private let database: Database
    private let policy: LockoutPolicy

    package init(_ database: Database, policy: LockoutPolicy) {
        self.database = database
        self.policy = policy
    }

    package func begin(_ email: EmailAddress, as identity: LoginIdentity) async throws -> LoginTry {
        let outcome = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.begin_login(
                    \(email.normalized), \(identity.digest), \(identity.network)::cidr, \(Int32(clamping: policy.attempts)),
                    \(SQL.seconds(policy.window)), \(Int32(policy.wideAttempts)), \(SQL.seconds(policy.wideWindow)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try LoginTry(&row) }
        }
        return outcome ?? .wait
    }

    /// Ends a reserved try that failed; answers for how long the network is locked out now, if it is.
    ///
    /// `counts` is false where the password was right and something else stood in the way.
    package func fail(
        _ candidate: LoginCandidate?,
        email: EmailAddress,
        as identity: LoginIdentity,
        reason: LoginFailure,
        event: LoginEvent,
        origin: Origin
    ) async throws -> Int? {
        try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.login_failed(
                    \(event.rawValue), \(candidate?.id), \(email.normalized), \(identity.digest), \(identity.network)::cidr,
                    \(reason.rawValue), \(reason.counts), \(Int32(clamping: policy.attempts)),
                    \(SQL.seconds(policy.window)), \(SQL.seconds(policy.duration)), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> Int? in try row.nextIfPresent() } ?? nil
        }
    }

    /// Gives a reserved try back that was never made.
    package func release(_ identity: LoginIdentity) async throws {
        guard policy.attempts > 0 else { return }
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.release_login(\(identity.digest), \(identity.network)::cidr)"
            )
        }
    }

    package func open(
        _ session: NewSession,
        for candidate: LoginCandidate,
        verified hash: String,
        rehashed: String?,
        as identity: LoginIdentity,
        origin: Origin
    ) async throws -> OpenedSession {
        let outcome = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.open_session(
                    \(candidate.id), \(hash), \(rehashed), \(session.id), \(session.number.rawValue),
                    \(SQL.seconds(session.lifetime)), \(session.refreshDigest), \(identity.digest),
                    \(identity.network)::cidr, \(Int32(clamping: policy.attempts)), \(session.device),
                    \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) in try OpenedSession(&row) }
        }
        return outcome ?? .accountChanged
    }
}
