package import Domain
package import Postgres

/// A code whose next try has been spent: what it is compared with.
package struct TriedCode: Sendable {
    package let id: CodeID
    /// Nil where there was no code to try, and so nothing that could be right.
    package let userID: UserID?
    package let mac: [UInt8]
}

/// Codes sent by mail, and the passwords set with them.
package struct CodeRepository: Sendable {
    /// Mails of one kind to one person.
    private static let perMinute: Int32 = 1
    private static let perDay: Int32 = 10

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// Mails a code if there is somebody to mail it to; the same answer in any case.
    package func request(
        _ purpose: CodePurpose,
        for email: EmailAddress,
        _ code: NewCode,
        origin: Origin
    ) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                """
                SELECT portero.request_code(\(purpose.rawValue), \(email.normalized), \(code.id), \(code.mac),
                    \(SQL.seconds(code.lifetime)), \(code.sealed), \(Self.perMinute), \(Self.perDay),
                    \(SQL.origin(origin)))
                """
            )
        }
    }

    /// Spends one try of a person's live code, or of nobody's: it is compared in any case, and takes as long.
    package func spendTry(_ purpose: CodePurpose, for email: EmailAddress) async throws -> TriedCode {
        let tried = try await reaching { () throws(PostgresError) in
            try await database.write("SELECT * FROM portero.try_code(\(purpose.rawValue), \(email.normalized))")
                .first { (row: inout Row) throws(PostgresError) in try TriedCode(&row) }
        }
        guard let tried else { throw AuthError.invalidCode }
        return tried
    }

    package func recordFailure(
        _ purpose: CodePurpose,
        of user: UserID?,
        email: EmailAddress,
        origin: Origin
    ) async throws {
        try await reaching { () throws(PostgresError) in
            _ = try await database.write(
                "SELECT portero.code_failed(\(purpose.rawValue), \(user), \(email.normalized), \(SQL.origin(origin)))"
            )
        }
    }

    /// Sets a new password and ends every session; false when another request was faster.
    package func resetPassword(
        with code: CodeID,
        of user: UserID,
        to hash: String,
        identityDigest: [UInt8],
        origin: Origin
    ) async throws -> Bool {
        try await succeeds(
            """
            SELECT portero.reset_password(\(code), \(user), \(hash), \(identityDigest), \(SQL.origin(origin)))
            """
        )
    }

    /// Sets a new password and ends the other sessions; false when the session or the account has ended meanwhile.
    ///
    /// - Throws: `AuthError.wrongCurrentPassword` where the old one is not the current one any more.
    package func changePassword(
        of user: UserID,
        session: SessionID,
        in organization: OrganizationID?,
        from oldHash: String,
        to hash: String,
        identityDigest: [UInt8],
        origin: Origin
    ) async throws -> Bool {
        try await succeeds(
            """
            SELECT portero.change_password(\(user), \(session), \(organization), \(oldHash), \(hash),
                                           \(identityDigest), \(SQL.origin(origin)))
            """,
            ["password_changed_meanwhile": .wrongCurrentPassword]
        )
    }

    package func verifyEmail(with code: CodeID, of user: UserID, origin: Origin) async throws -> Bool {
        try await succeeds("SELECT portero.verify_email(\(code), \(user), \(SQL.origin(origin)))")
    }

    private func succeeds(_ statement: SQL, _ refusals: [String: AuthError] = [:]) async throws -> Bool {
        let outcome = try await reaching(refusals) { () throws(PostgresError) in
            try await database.write(statement).first { (row: inout Row) throws(PostgresError) -> Bool in
                try row.next()
            }
        }
        return outcome ?? false
    }
}

extension TriedCode {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        id = try row.next()
        userID = try row.nextIfPresent()
        mac = try row.next()
    }
}
