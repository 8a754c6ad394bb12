import Cryptography
import Domain
import EscapeRoomSurface
import Foundation
import HTTP
import IngeocimycSurface
import Limits
import Migrations
import Postgres
import Services
import SesionesSurface
import SessionTrackingSurface
import Storage
import Support
import Testing
import UsuariosSurface

/// What is written down twice says the same twice.
@Suite("One source of truth", .timeLimit(.minutes(10)))
struct SourcesOfTruthTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private func text(of path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    @Test(
        "A page lists exactly its contract's routes, with a section and an example for each",
        arguments: Contract.allCases
    )
    func routesAndPages(of contract: Contract) async throws {
        let page = try SurfacePage(of: contract)
        let routes = try await Self.routes(of: contract)
        let known = routes.map { "\($0.method.name) \($0.path)" }
        #expect(page.listed == zip(known, routes).map { "\($0): \($1.summary)" })
        #expect(page.sections.map(\.route) == known)
        for section in page.sections {
            let path = section.route.replacing(/^\w+ |\{.*/, with: "")
            let example = section.example ?? ""
            #expect(example.hasPrefix("curl -s ") && example.contains(page.origin + path), "\(section.route)")
            #expect(section.status != nil, "\(section.route)")
        }
    }

    @Test("The tests know exactly the routes that there are", arguments: Contract.allCases)
    func routesAndTests(of contract: Contract) async throws {
        let routes = try await Self.routes(of: contract).map { "\($0.method.name) \($0.path)" }
        #expect(Endpoint.of(contract).map(\.testDescription).sorted() == routes.sorted())
    }

    @Test("The examples of a page are JSON, and name the fields that the endpoints take", arguments: Contract.allCases)
    func examples(of contract: Contract) throws {
        let page = try SurfacePage(of: contract)
        #expect(page.objects.count >= 4)
        for example in page.objects { #expect(JSONText(Array(example.utf8)) != nil, "\(example)") }
        for section in page.sections {
            let endpoint = try #require(Endpoint.of(contract).first { $0.testDescription == section.route })
            let fields = endpoint.fields.map { "\($0.name) \($0.isRequired ? "required" : "optional")" }
            #expect(section.fields == fields, "\(section.route)")
        }
    }

    static func routes(of contract: Contract) async throws -> [Route] {
        try await routes().first { $0.0 == contract }?.1 ?? []
    }

    /// The routes of all contracts; nothing behind them is ever asked.
    static func routes() async throws -> [(Contract, [Route])] {
        try await withDependencies { dependencies in
            [
                (.escapeRoom, escapeRoomContract(dependencies) { _, _ in }.flatMap(\.routes)),
                (.sessionTracking, SessionTrackingSurface(dependencies, lifetime: .zero) { _, _ in }.routes),
                (.sesiones, SesionesSurface(dependencies, lifetime: .zero) { _, _ in }.routes),
                (
                    .ingeocimyc,
                    IngeocimycSurface(dependencies, lifetimes: .init(usual: .zero, remembered: .zero)) { _, _ in }
                        .routes
                ),
                (.usuarios, UsuariosSurface(dependencies, lifetime: .zero) { _, _ in }.routes),
            ]
        }
    }

    private static func withDependencies<Value>(_ body: (Dependencies) -> Value) async throws -> Value {
        let loop = TestLoops.next()
        let database = Database(DatabaseConfiguration(url: "postgresql:///nowhere"), on: loop)
        let ring = try KeyRing(secrets: [Secret(Site.secret)])
        let pool = HashPool(threads: 1)
        defer { pool.close() }
        let storage = Repositories(database, lockout: LockoutPolicy(attempts: 0, window: .zero, duration: .zero))
        let dependencies = Dependencies(
            storage: storage,
            hasher: PasswordHasher(kind: .bcrypt(cost: 10), pool: pool),
            tokens: AccessTokenAuthority(algorithm: .hs256, keys: ring, issuer: "", audience: ""),
            keys: ServiceKeys(ring),
            limiter: AddressLimiter(limit: 0, period: 1),
            requestLimiter: WindowLimiter(perMinute: 0, perHour: 0),
            activity: SessionActivity(on: loop, storage.sessions, uptime: { 0 }, pause: { _ in }),
            settings: ServiceSettings(
                accessTokenLifetime: .zero,
                sessionLifetime: .zero,
                refreshGrace: .zero,
                loginRevealsUnknown: false,
                requiresVerifiedEmail: false,
                defaultOrganization: "default",
                selfRegisterRoles: []
            ),
            uptime: { 0 },
            pause: { _ in }
        )
        return body(dependencies)
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

    @Test("The built-in roles of the code hold in the database what they hold in the code")
    func builtInRoles() async throws {
        let held = try await ask(
            """
            SELECT DISTINCT r.name || ' ' || p.name
              FROM portero.roles r
              JOIN portero.role_permissions rp ON rp.role_id = r.id
              JOIN portero.permissions p ON p.id = rp.permission_id
             WHERE r.built_in
            """
        )
        let declared = Permission.allCases.flatMap { permission in
            permission.builtInRoles.map { "\($0.rawValue) \(permission.rawValue)" }
        }
        #expect(held.sorted() == declared.sorted())
        let names = try await ask("SELECT DISTINCT name FROM portero.roles WHERE built_in")
        #expect(names.sorted() == BuiltInRole.allCases.map(\.rawValue).sorted())
    }

    @Test("The constraints and refusals of the database that Storage words exist")
    func constraints() async throws {
        let files = FileManager.default.enumerator(atPath: Self.root.appending(path: "Sources/Storage").path)
        var used: Set<String> = []
        for case let file as String in files ?? .init() where file.hasSuffix(".swift") {
            let source = try text(of: "Sources/Storage/\(file)")
            used.formUnion(source.matches(of: /"(\w+)": \./).map { String($0.1) })
            used.formUnion(source.matches(of: /refusals\["(\w+)"\]/).map { String($0.1) })
        }
        #expect(used.contains("users_email_key"))
        let known = try await ask(
            """
            SELECT conname FROM pg_constraint WHERE connamespace = 'portero'::regnamespace
            UNION SELECT relname FROM pg_class WHERE relnamespace = 'portero'::regnamespace AND relkind = 'i'
            UNION SELECT (regexp_matches(prosrc, 'portero[.]refuse[(]''([a-z_]+)''[)]', 'g'))[1]
              FROM pg_proc WHERE pronamespace = 'portero'::regnamespace
            """
        )
        #expect(used.subtracting(known) == [])
    }

    @Test("The names that the database accepts for codes, mails and ends of sessions are those of the code")
    func names() async throws {
        #expect(try await accepted(by: "one_time_codes_purpose_known") == Set(CodePurpose.allCases.map(\.rawValue)))
        #expect(try await accepted(by: "mail_outbox_kind_known") == Set(MailKind.allCases.map(\.rawValue)))
        #expect(
            try await accepted(by: "invitations_status_known") == Set(InvitationStatus.allCases.map(\.rawValue))
        )
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
            try await withDatabase(.patient(scratch.url), on: loop) { database in
                try await database.texts(question)
            }
        }
    }
}
