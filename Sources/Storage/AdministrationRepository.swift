package import Domain
package import Postgres

/// What the command line does to the database, as its owner.
package struct AdministrationRepository: Sendable {
    package enum AdminOutcome: String, Sendable {
        case created
        case promoted
        /// Promoted, and it was closed before.
        case reopened
        case noOrganization = "no_organization"
    }

    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func hasAccount(_ email: EmailAddress) async throws -> Bool {
        let found = try await reaching { () throws(PostgresError) in
            try await database.read(
                "SELECT EXISTS (SELECT FROM portero.users u WHERE u.email_normalized = \(email.normalized))"
            ).first { (row: inout Row) throws(PostgresError) -> Bool in try row.next() }
        }
        return found ?? false
    }

    /// Makes a member with the role Admin, or promotes the account with that address.
    ///
    /// Without a hash, an account that is there keeps its password.
    ///
    /// - Throws: `AuthError.usernameTaken`.
    package func makeAdmin(
        _ id: UserID,
        email: EmailAddress,
        fullName: FullName,
        username: Username?,
        passwordHash: String?,
        identityDigest: [UInt8],
        organization slug: String,
        origin: Origin
    ) async throws -> AdminOutcome {
        let outcome = try await reaching(["users_username_key": .usernameTaken]) { () throws(PostgresError) in
            try await database.write(
                """
                SELECT portero.make_admin(\(id), \(email.text), \(fullName.text), \(username?.text), \(passwordHash),
                                          \(identityDigest), \(slug), \(SQL.origin(origin)))
                """
            ).first { (row: inout Row) throws(PostgresError) -> String in try row.next() }
        }
        return outcome.flatMap(AdminOutcome.init(rawValue:)) ?? .noOrganization
    }
}
