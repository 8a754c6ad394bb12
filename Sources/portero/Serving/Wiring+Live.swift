import Cryptography
import Domain
import FoundationEssentials
import HTTPServer
import Migrations
import Postgres
import Reactor
import Services
import Storage

extension Wiring {
    /// The commands, done by the rooms.
    static let live = Wiring(
        migrate: { try await $0.migrate($1) },
        loadDemo: { workplace in
            try await Script.run(Migrations.seed, url: workplace.database.uri, on: workplace.loop)
            return [
                "Demo: the organization La Cripta Escape Room. Everybody's password is Cripta-Sombra-42:",
                "  ana@la-cripta.example    Admin",
                "  bruno@la-cripta.example  Staff",
                "  clara@correo.example     a person without an organization",
            ]
        },
        serve: { workplace, stop in
            do {
                try await Server(workplace).run(until: stop)
            } catch let error as CannotListen {
                throw Failure(.unavailable, "\(error)")
            }
        },
        createAdmin: { try await $0.createAdmin($1) },
        examineDatabase: { await $0.examineDatabase() },
        examineMail: { await $0.examineMail(on: $1) }
    )
}

extension Workplace {
    var migrator: Migrator { Migrator(migrations: Migrations.all, url: database.uri, on: loop) }

    fileprivate func migrate(_ mode: MigrationMode) async throws -> [String] {
        try await explainingFailures {
            switch mode {
            case .apply:
                let console = console
                try await migrator.apply { console.say("applied migration \($0.number) (\($0.name))") }
                return []
            case .rehearse: return try await migrator.pending().map { "would apply \($0.number) (\($0.name))" }
            case .status:
                return try await migrator.status().map { status in
                    "\(status.number)  \(status.name)  \(status.appliedAt.map { "applied \($0)" } ?? "pending")"
                }
            }
        }
    }

    private func explainingFailures<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as MigrationError {
            throw Failure(error.kind, error.description)
        } catch let error as ScriptError {
            throw Failure(error.isRefusal ? .configuration : .unavailable, "the database: \(error)")
        }
    }

    /// As the database's owner: the runtime role may not.
    fileprivate func createAdmin(_ order: AdminOrder) async throws -> String {
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
        let pending = try await explainingFailures { try await migrator.pending().count }
        guard pending == 0 else {
            throw Failure(.failed, "the database lacks \(pending) of its migrations: run portero migrate first")
        }
        let parts = try SharedParts(self)
        defer { parts.hashPool.close() }
        var settings = DatabaseConfiguration(url: database.uri)
        settings.connections = 1
        let database = Database(settings, on: loop)
        let service = AdministrationService(AdministrationRepository(database), hasher: parts.hasher)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await database.run() }
            defer { group.cancelAll() }
            do {
                let outcome = try await service.makeAdmin(
                    email: email,
                    fullName: name,
                    username: username,
                    organization: order.organization ?? configuration.defaultOrganization,
                    password: { try order.password().withText { $0 } },
                    resettingPassword: order.resetsPassword
                )
                return
                    "\(outcome.rawValue) \(email) as Admin of \(order.organization ?? configuration.defaultOrganization)"
            } catch let refusal as AuthError {
                if case .unavailable = refusal { throw Failure(.unavailable, explanation(of: refusal)) }
                throw Failure(.failed, explanation(of: refusal))
            }
        }
    }
}

extension MigrationError {
    /// What to exit with: trying again mends nothing that somebody must change.
    fileprivate var kind: Failure.Kind {
        switch self {
        case .newerDatabase, .altered, .renamed, .skipped: .configuration
        case .failed(_, _, let reason): reason.isRefusal ? .configuration : .failed
        case .misnumbered, .endsItsTransaction: .software
        case .locked: .unavailable
        }
    }
}

/// A refusal in words for whoever sits at the terminal.
private func explanation(of refusal: AuthError) -> String {
    switch refusal {
    case .usernameTaken: "--username names somebody else's username"
    case .organizationNotFound: "--organization names no organization"
    case .unacceptablePassword(.tooShort(let minimum)): "the password takes at least \(minimum) characters"
    case .unacceptablePassword(.tooLong(let maximum)): "the password takes at most \(maximum) characters"
    case .unacceptablePassword(.tooGuessable): "the password is too easily guessed: use several unrelated words"
    case .unacceptablePassword(.tooPersonal): "the password is too much like the name or e-mail address"
    case .unavailable: "the database is out of reach, or busy: try again"
    default: "refused: \(refusal)"
    }
}
