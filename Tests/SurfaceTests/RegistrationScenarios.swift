import Postgres
import Support
import Testing

@Suite("Registering", .serving(), .serialized, .timeLimit(.minutes(10)))
struct RegistrationScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func body(_ changes: [String: JSONText] = [:]) -> JSONText {
        let usual: [String: JSONText] = [
            "email": .string(Site.newEmail()), "password": "ContraseñaSegura123!", "full_name": "Juan García",
        ]
        return .object(usual.merging(changes) { $1 })
    }

    @Test("A registration answers 201 with the account, which belongs to no organization")
    func registersAnAccount() async throws {
        let email = Site.newEmail("juan")
        let reply = try await visitor.post("/auth/register", body(["email": .string(email)]))
        #expect(
            reply.shape
                == "201 {created_at: time, email: string, full_name: string, id: uuid, is_active: bool, "
                + "organization_id: null, role_id: null}"
        )
        #expect(reply["email"] == .string(email))
        #expect(reply["full_name"] == "Juan García")
        #expect(reply["is_active"] == true)
        let stored = try #require(try await site.person(registeredAs: email, password: ""))
        #expect(reply.string("id") == stored.idText)
        #expect(try await site.events(of: stored) == ["user_created"])
    }

    @Test("A registered person can log in, and is asked by mail to verify their address")
    func logsInAndIsAskedToVerify() async throws {
        let email = Site.newEmail("juan")
        #expect(try await visitor.post("/auth/register", body(["email": .string(email)])).status == 201)
        let login = try await visitor.post(
            "/auth/login",
            ["email": .string(email), "password": "ContraseñaSegura123!"]
        )
        #expect(login.shape == Reply.tokens)
        let code = try await site.mails.code(to: email)
        let verified = try await visitor.post("/auth/verify-email", ["email": .string(email), "code": .string(code)])
        #expect(verified.shape == Reply.message)
    }

    @Test(
        "A taken address is refused with 409, however it is written",
        arguments: ["%@", " %@ ", "%@\n", "UPPER"]
    )
    func takenAddress(form: String) async throws {
        let person = try await site.person()
        let before = try await site.database.state()
        let given = form == "UPPER" ? person.email.uppercased() : form.replacing("%@", with: person.email)
        let reply = try await visitor.post("/auth/register", body(["email": .string(given)]))
        #expect(reply.shape == Reply.fieldProblem(409))
        #expect(reply.faultyFields == ["email"])
        #expect(try await site.database.state() == before)
    }

    @Test("Of many registrations of one address at once, exactly one succeeds")
    func registersOnce() async throws {
        let body = body()
        let statuses = try await site.atOnce(16) { visitor, _ in
            try await visitor.insist("/auth/register", body).status
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 15))
    }

    @Test("Addresses and names are trimmed, and otherwise kept as they were given")
    func keepsWhatIsGiven() async throws {
        let email = Site.newEmail("MiXed")
        let reply = try await visitor.post(
            "/auth/register",
            body(["email": .string(" \(email)\t"), "full_name": "  Zoë  O'Connor-Ñandú 👩🏽‍🚒 "])
        )
        #expect(reply.status == 201)
        #expect(reply["email"] == .string(email))
        #expect(reply["full_name"] == "Zoë  O'Connor-Ñandú 👩🏽‍🚒")
    }

    @Test(
        "Nobody gets more than an account by asking for more",
        arguments: [
            ("is_active", false), ("organization_id", "00000000-0000-0000-0000-000000000001"), ("role", "Admin"),
            ("role_id", "00000000-0000-0000-0000-000000000001"), ("is_admin", true), ("id", "x"),
            ("permissions", ["manage_users"]),
            ("email_verified_at", "2020-01-01T00:00:00Z"), ("password_hash", "$2b$"),
            ("created_at", "2020-01-01T00:00:00Z"),
        ] as [(String, JSONText)]
    )
    func massAssignment(name: String, value: JSONText) async throws {
        let email = Site.newEmail()
        let reply = try await visitor.post("/auth/register", body(["email": .string(email), name: value]))
        #expect(reply.status == 201)
        #expect(reply["is_active"] == true && reply["organization_id"] == .null && reply["role_id"] == .null)
        let isPlain: Bool? = try await site.database.value(
            """
            SELECT is_active AND email_verified_at IS NULL AND created_at > now() - interval '1 hour'
                   AND NOT EXISTS (SELECT FROM portero.memberships m WHERE m.user_id = u.id)
              FROM portero.users u WHERE email = \(email)
            """
        )
        #expect(isPlain == true)
    }

    @Test(
        "A password that is too short, too long, too easily guessed or too personal is refused, saying why",
        arguments: [
            ("7 chars", "Xk7!qpZ"), ("129 characters", String(repeating: "xK7!qpZ9-", count: 15)),
            ("more than 512 bytes", String(repeating: "🔑🚪🧩🗝", count: 33)), ("common", "password"),
            ("common and decorated", "P@ssw0rd"), ("a row of digits", "1234567890"), ("a keyboard walk", "qwertyuiop"),
            ("one character", "aaaaaaaaaaaa"), ("the name", "JuanGarcia1"), ("common in Spanish", "contraseña"),
        ]
    )
    func weakPassword(kind: String, password: String) async throws {
        let before = try await site.database.state()
        let reply = try await visitor.post("/auth/register", body(["password": .string(password)]))
        #expect(reply.shape == Reply.fieldProblem(), "\(kind)")
        #expect(reply.faultyFields == ["password"])
        #expect(try await site.database.state() == before)
    }

    @Test("A password that is somebody's own address is refused")
    func addressAsPassword() async throws {
        let email = "rosalinda.quevedo@correo.example"
        for password in [email, email.uppercased(), "rosalinda.quevedo", "RosalindaQuevedo1"] {
            let reply = try await visitor.post(
                "/auth/register",
                body(["email": .string(email), "password": .string(password)])
            )
            #expect(reply.shape == Reply.fieldProblem())
            #expect(reply.faultyFields == ["password"])
        }
    }

    @Test(
        "A password is taken exactly as it is: spaces, case, length, and everything after byte 72",
        arguments: [
            (" Cripta sombra 42 ", "Cripta sombra 42"), ("cripta-Sombra-42", "Cripta-Sombra-42"),
            ("Llave-\u{1F511}-sombra", "Llave-\u{1F510}-sombra"),
            (longPassword + "X", longPassword + "Y"), (longPassword + "ñX", longPassword + "ñY"),
            (String(repeating: "á𝕏-7q", count: 25) + "xyz", String(repeating: "á𝕏-7q", count: 25) + "xyw"),
        ]
    )
    func passwordIsExact(password: String, other: String) async throws {
        let email = Site.newEmail()
        let registered = try await visitor.post(
            "/auth/register",
            body(["email": .string(email), "password": .string(password)])
        )
        #expect(registered.status == 201, "\(registered.answer.text)")
        let wrong = try await visitor.post("/auth/login", ["email": .string(email), "password": .string(other)])
        #expect(wrong.status == 401)
        let right = try await visitor.post("/auth/login", ["email": .string(email), "password": .string(password)])
        #expect(right.status == 200)
    }

    /// 71 bytes: the next one is the last that bcrypt itself would see.
    private static let longPassword = String(repeating: "Kq7-zPw!x", count: 8).prefix(71).description

    @Test("A password is the same however its accents are composed")
    func normalizesPasswords() async throws {
        let email = Site.newEmail()
        let composed = "Contrase\u{f1}aSegura123!"
        let decomposed = "Contrasen\u{303}aSegura123!"
        let reply = try await visitor.post(
            "/auth/register",
            body(["email": .string(email), "password": .string(decomposed)])
        )
        #expect(reply.status == 201)
        let login = try await visitor.post("/auth/login", ["email": .string(email), "password": .string(composed)])
        #expect(login.status == 200)
    }
}
