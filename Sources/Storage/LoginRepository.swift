package import Domain
package import Postgres

/// Tries at a password, counted before they are made.
package struct LoginRepository: Sendable {
    private let database: Database
    private let policy: LockoutPolicy

    /// How long an account is locked out.
    package var lockDuration: Duration { policy.duration }

    package init(_ database: Database, policy: LockoutPolicy) {
        self.database = database
        self.policy = policy
    }

    /// Reserves a try, or says why not; a try that a lock refuses is logged.
    ///
    /// `typed` is how somebody named the account. `place` says where the password is asked for, where that is one
    /// organization by itself.
    ///
    /// - Throws: `AuthError.organizationNotBound`.
    package func begin(
        _ name: LoginName,
        typed: LoginName,
        at place: LoginPlace,
        as identity: LoginIdentity,
        event: LoginEvent,
        origin: Origin
    ) async throws -> LoginTry {
        let arguments: SQL = """
            \(event.rawValue), \(name.normalized), \(identity.digest), \(identity.network)::cidr,
            \(Int32(clamping: policy.attempts)), \(SQL.seconds(policy.window)),
            \(Int32(policy.wideAttempts)), \(SQL.seconds(policy.wideWindow)), \(SQL.origin(origin))
            """
        let outcome = try await reaching(boundRefusals) { () throws(PostgresError) in
            switch place {
            case .open(let organization):
                try await database.write(
                    "SELECT * FROM portero.begin_login(\(arguments), \(organization), \(typed.normalized))"
                ).first { (row: inout Row) throws(PostgresError) in try LoginTry(&row, in: organization) }
            case .bound(let binding):
                try await database.write(
                    "SELECT * FROM portero.begin_bound_login(\(arguments), \(binding.arguments), \(typed.normalized))"
                ).first { (row: inout Row) throws(PostgresError) in try LoginTry(bound: &row) }
            }
        }
        return outcome ?? .wait
    }

    /// The address of the account that logs in by this username.
    package func email(of username: Username) async throws -> EmailAddress? {
        let text = try await reaching { () throws(PostgresError) in
            try await database.read("SELECT portero.email_of_username(\(username.normalized))")
                .first { (row: inout Row) throws(PostgresError) -> String? in try row.nextIfPresent() } ?? nil
        }
        return text.flatMap { EmailAddress($0) }
    }

    /// Ends a reserved try that failed; answers for how long the network is locked out now, if it is.
    ///
    /// `counts` is false where the password was right and something else stood in the way.
    package func fail(
        _ candidate: LoginCandidate?,
        name: LoginName,
        typed: LoginName,
        in organization: OrganizationID?,
        as identity: LoginIdentity,
        reason: LoginFailure,
        event: LoginEvent,
        origin: Origin
    ) async throws -> Int? {
        try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.login_failed(
                    \(event.rawValue), \(candidate?.id), \(name.normalized), \(identity.digest), \(identity.network)::cidr,
                    \(reason.rawValue), \(reason.counts), \(Int32(clamping: policy.attempts)),
                    \(SQL.seconds(policy.window)), \(SQL.seconds(policy.duration)), \(SQL.origin(origin)),
                    \(organization), \(typed.normalized))
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
        in organization: OrganizationID?,
        as identity: LoginIdentity,
        times: TokenTimes,
        origin: Origin
    ) async throws -> OpenedSession {
        let outcome = try await reaching { () throws(PostgresError) in
            try await database.write(
                """
                SELECT * FROM portero.open_session(
                    \(candidate.id), \(hash), \(rehashed), \(session.id), \(session.number.rawValue),
                    \(SQL.seconds(session.lifetime)), \(session.refreshDigest), \(identity.digest),
                    \(identity.network)::cidr, \(Int32(clamping: policy.attempts)), \(session.reported.device),
                    \(times.expiresAt), \(SQL.origin(origin)), \(organization), \(session.reported.address),
                    \(session.reported.userAgent))
                """
            ).first { (row: inout Row) throws(PostgresError) in
                try OpenedSession(session.id, of: candidate.id, times, &row)
            }
        }
        return outcome ?? .accountChanged
    }
}
