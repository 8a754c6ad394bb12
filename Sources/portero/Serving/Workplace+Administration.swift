import Cryptography
import Domain
import Postgres
import Services
import Storage

extension Workplace {
    /// Lends the service of the command line, as the database's owner: the runtime role may do nothing of what it does.
    func administering<Value: Sendable>(
        _ body: (AdministrationService) async throws -> Value
    ) async throws -> Value {
        try await requireMigrations()
        let parts = try SharedParts(self)
        defer { parts.hashPool.close() }
        let database = Database(ownersConfiguration, on: loop)
        let service = AdministrationService(
            AdministrationRepository(database),
            keys: parts.keys,
            hasher: parts.hasher
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            do {
                return try await body(service)
            } catch let refusal as AuthError {
                if case .unavailable = refusal { throw Failure(.unavailable, explanation(of: refusal)) }
                throw Failure(.failed, explanation(of: refusal))
            } catch let error as PostgresError {
                guard error.sqlState == "42501" else { throw error }
                throw Failure(.configuration, "the role that DATABASE_URL logs in as does not own the database")
            }
        }
    }

    /// Whoever waits at a terminal has more patience than a client, and lists may be long.
    private var ownersConfiguration: DatabaseConfiguration {
        var settings = DatabaseConfiguration(url: database.uri)
        settings.connections = 1
        settings.statementTimeout = .seconds(30)
        settings.callTimeout = .seconds(31)
        settings.lockTimeout = .seconds(5)
        return settings
    }

    func createAdmin(_ order: AdminOrder) async throws -> String {
        guard let email = EmailAddress(order.email) else {
            throw Failure(.usage, "--email takes an e-mail address such as ana@example.com, got \(quoted(order.email))")
        }
        guard let name = FullName(order.name) else {
            throw Failure(.usage, "--name takes 1 to 200 characters, got \(quoted(order.name))")
        }
        let username = try order.username.map { text throws(Failure) in
            guard let username = Username(text) else {
                throw Failure(.usage, "--username takes 3 to 64 letters, digits and ._-, got \(quoted(text))")
            }
            return username
        }
        let organization = order.organization ?? configuration.defaultOrganization
        let outcome = try await administering { service in
            try await service.makeAdmin(
                email: email,
                fullName: name,
                username: username,
                organization: organization,
                password: { try order.password().withText { $0 } },
                resettingPassword: order.resetsPassword
            )
        }
        return outcome.line(on: email, in: organization, resetsPassword: order.resetsPassword)
    }
}

/// A refusal in words for whoever sits at the terminal.
private func explanation(of refusal: AuthError) -> String {
    switch refusal {
    case .usernameTaken: "--username names somebody else's username"
    case .slugTaken: "--slug names another organization"
    case .domainTaken: "--domain names a domain of another organization"
    case .organizationNotFound: "--organization names no organization"
    case .unknownAccount: "--email names no account"
    case .unacceptablePassword(.tooShort(let minimum)): "the password takes at least \(minimum) characters"
    case .unacceptablePassword(.tooLong(let maximum)): "the password takes at most \(maximum) characters"
    case .unacceptablePassword(.tooGuessable): "the password is too easily guessed: use several unrelated words"
    case .unacceptablePassword(.tooPersonal): "the password is too much like the name or e-mail address"
    case .unavailable: "the database is out of reach, or busy: try again"
    default: "refused: \(refusal)"
    }
}
