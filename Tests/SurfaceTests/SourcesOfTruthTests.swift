import Cryptography
import Domain
import EscapeRoomSurface
import Foundation
import HTTP
import Limits
import Migrations
import Postgres
import Services
import Storage
import Support
import Testing

/// What is written down twice says the same twice.
@Suite("One source of truth", .timeLimit(.minutes(2)))
struct SourcesOfTruthTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private func text(of path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    @Test("The page about the surface lists exactly its routes, and has a section with an example for each")
    func routesAndPage() async throws {
        let page = try text(of: "docs/surfaces/escape-room.md")
        let listed = page.matches(of: /\| `([A-Z]+ \/\S+)` \| ([^|]+) \|/).map { "\($0.1): \($0.2)" }
        let routes = try await Self.routes().map { "\($0.method.name) \($0.path): \($0.summary)" }
        #expect(listed == routes)
        let sections = page.split(separator: "\n### ").dropFirst()
        #expect(
            sections.compactMap { $0.firstMatch(of: /^`([^`]+)`/).map { String($0.1) } }
                == routes.map { $0.replacing(/:.*/, with: "") }
        )
        for section in sections {
            let path = section.firstMatch(of: /^`[A-Z]+ ([^`{]+)/).map { String($0.1) } ?? "?"
            #expect(section.contains("curl -s") && section.contains("127.0.0.1:8000\(path)"), "\(path)")
        }
    }

    @Test("The tests know exactly the routes that there are")
    func routesAndTests() async throws {
        let routes = try await Self.routes().map { "\($0.method.name) \($0.path)" }
        #expect(Endpoint.all.map(\.testDescription) == routes)
    }

    @Test("The examples of the page are JSON, and name the fields that the endpoints take")
    func examples() throws {
        let page = try text(of: "docs/surfaces/escape-room.md")
        let answers = page.matches(of: /```json\n([\s\S]*?)```/).map { String($0.1) }
        let bodies = page.matches(of: /-d '([^']*)'/).map { String($0.1) }
        #expect(answers.count >= 10 && bodies.count >= 9)
        for example in answers + bodies { #expect(JSONText(Array(example.utf8)) != nil, "\(example)") }
        for section in page.split(separator: "\n### ").dropFirst() {
            let name = section.firstMatch(of: /^`([^`]+)`/).map { String($0.1) }
            let endpoint = try #require(Endpoint.all.first { $0.testDescription == name })
            let fields = section.matches(of: /\n\| `(\w+)` \| (required|optional)/).map { "\($0.1) \($0.2)" }
            #expect(fields == endpoint.fields.map { "\($0.name) \($0.isRequired ? "required" : "optional")" })
        }
    }

    /// The surface's routes; nothing behind them is ever asked.
    private static func routes() async throws -> [Route] {
        let loop = TestLoops.next()
        let database = Database(DatabaseConfiguration(url: "postgresql:///nowhere"), on: loop)
        let ring = try KeyRing(secrets: [Secret(Site.secret)])
        let pool = HashPool(threads: 1)
        defer { pool.close() }
        let dependencies = Dependencies(
            accounts: AccountRepository(database),
            logins: LoginRepository(database, policy: LockoutPolicy(attempts: 0, window: .zero, duration: .zero)),
            sessions: SessionRepository(database),
            codes: CodeRepository(database),
            hasher: PasswordHasher(kind: .bcrypt(cost: 10), pool: pool),
            tokens: AccessTokenAuthority(algorithm: .hs256, keys: ring, issuer: "", audience: ""),
            keys: ServiceKeys(ring),
            limiter: AddressLimiter(limit: 0, period: 1),
            settings: ServiceSettings(
                accessTokenLifetime: .zero,
                sessionLifetime: .zero,
                refreshGrace: .zero,
                loginRevealsUnknown: false,
                requiresVerifiedEmail: false
            ),
            uptime: { 0 },
            pause: { _ in }
        )
        return EscapeRoomSurface(dependencies) { _, _ in }.routes
    }

    @Test("The migrations that the program knows are the files of sql/migrations, in order and without a gap")
    func migrationsAndFiles() throws {
        let folder = Self.root.appending(path: "sql/migrations").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let known = Migrations.all.map { migration in
            let number = String(migration.number)
            return String(repeating: "0", count: 4 - number.count) + "\(number)_\(migration.name).sql"
        }
        #expect(known == files)
        #expect(Migrations.all.map(\.number) == Array(1...files.count))
        for (migration, file) in zip(Migrations.all, files) {
            #expect(try migration.sql == text(of: "sql/migrations/\(file)"))
        }
    }

    @Test("The built-in permissions of the code are those of the database")
    func permissions() async throws {
        let names = try await ask("SELECT name FROM portero.permissions WHERE organization_id IS NULL ORDER BY name")
        #expect(names == Permission.allCases.map(\.rawValue).sorted())
    }

    @Test("The constraints that Storage words as refusals exist")
    func constraints() async throws {
        let files = FileManager.default.enumerator(atPath: Self.root.appending(path: "Sources/Storage").path)
        var used: Set<String> = []
        for case let file as String in files ?? .init() where file.hasSuffix(".swift") {
            let source = try text(of: "Sources/Storage/\(file)")
            for table in source.matches(of: /reaching\(\s*\[([^\]]+)\]/) {
                used.formUnion(table.1.matches(of: /"(\w+)":/).map { String($0.1) })
            }
        }
        #expect(used.contains("users_email_key"))
        let known = try await ask(
            """
            SELECT conname FROM pg_constraint WHERE connamespace = 'portero'::regnamespace
            UNION SELECT relname FROM pg_class WHERE relnamespace = 'portero'::regnamespace AND relkind = 'i'
            """
        )
        #expect(used.subtracting(known).isEmpty)
    }

    @Test("The names that the database accepts for codes, mails and ends of sessions are those of the code")
    func names() async throws {
        #expect(try await accepted(by: "one_time_codes_purpose_known") == Set(CodePurpose.allCases.map(\.rawValue)))
        #expect(try await accepted(by: "mail_outbox_kind_known") == Set(MailKind.allCases.map(\.rawValue)))
        #expect(
            try await accepted(by: "sessions_ended_reason_known").isSuperset(of: SessionEnd.allCases.map(\.rawValue))
        )
    }

    private func accepted(by constraint: String) async throws -> Set<String> {
        let definitions = try await ask(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = \(constraint)"
        )
        #expect(definitions.count == 1)
        return Set(definitions.joined().matches(of: /'(\w+)'/).map { String($0.1) })
    }

    private func ask(_ question: SQL) async throws -> [String] {
        try await withScratchDatabase(from: MigratedTemplate.shared.name) { scratch, loop in
            try await withDatabase(DatabaseConfiguration(url: scratch.url), on: loop) { database in
                try await database.texts(question)
            }
        }
    }
}
