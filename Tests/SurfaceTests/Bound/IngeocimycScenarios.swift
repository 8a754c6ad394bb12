import Foundation
import Postgres
import Support
import Testing

@Suite("The ingeocimyc surface", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct IngeocimycScenarios {
    static let user = "{email: string, id: integer, name: string, role: string}"

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func register(_ changes: [String: JSONText?] = [:], token: String? = nil) async throws -> Reply {
        let usual: JSONText = [
            "email": .string(Site.newEmail()), "password": "ContraseñaSegura123!", "name": "Ana Llaves",
        ]
        return try await visitor.post("/api/auth/register", usual.with(changes), token: token)
    }

    @Test("A login answers a token and its user; rememberMe makes both last longer")
    func logsIn() async throws {
        let person = try await site.boundMember(as: "Staff")
        for (remembers, hours) in [(false, 24), (true, 720)] {
            let credentials = person.credentials.with(["rememberMe": .bool(remembers)])
            let reply = try await visitor.post("/api/auth/login", credentials)
            #expect(reply.shape == "200 {accessToken: jwt, user: \(Self.user)}")
            #expect(reply["user"]?["id"] == .integer(try await site.number(of: person)))
            #expect(reply["user"]?["role"] == "Staff")
            let sessions = try await visitor.get("/api/auth/sessions", token: reply.string("accessToken"))
            let current = try #require(sessions.json?.array?.first { $0["isCurrent"] == true })
            let started = try Date(#require(current["createdAt"]?.string), strategy: .iso8601)
            let expires = try Date(#require(current["expiresAt"]?.string), strategy: .iso8601)
            #expect(abs(expires.timeIntervalSince(started) - Double(hours * 3600)) <= 1)
            #expect(try await visitor.get("/auth/me", token: reply.string("accessToken")).status == 200)
        }
    }

    @Test("Wrong password, unknown account and nobody of this organization are refused alike, a closed account is 403")
    func refusedLogins() async throws {
        let person = try await site.boundMember()
        let wrong = try await visitor.post("/api/auth/login", person.with(password: "Otra-Cripta-43").credentials)
        #expect(wrong.shape == Reply.nest(401))
        #expect(wrong["message"] == "Credenciales inválidas." && wrong["error"] == "Unauthorized")
        for unlike in [Person(id: UUID(), email: Site.newEmail(), name: ""), try await site.person()] {
            #expect(try await visitor.post("/api/auth/login", unlike.credentials).answer.body == wrong.answer.body)
        }
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        #expect(try await visitor.post("/api/auth/login", person.credentials).shape == Reply.nest(403))
    }

    @Test(
        "What is wrong with a body is said of its field",
        arguments: [
            ("login", "{}", ["email", "password"]), ("login", #"{"email":1,"password":"x"}"#, ["email"]),
            ("login", #"{"email":"a@b.example","password":"x","rememberMe":1}"#, ["rememberMe"]),
            ("register", #"{"email":"no","password":"x","name":""}"#, ["email", "name"]),
            ("register", #"{"email":"a@b.example","password":"x","name":"Ana"}"#, ["password"]),
            ("register", #"{"email":"a@b.example","password":"Cripta-Sombra-42","name":"A","role":"X"}"#, ["role"]),
        ]
    )
    func badBodies(_ path: String, _ body: String, _ fields: [String]) async throws {
        let reply = try await visitor.send("POST", "/api/auth/\(path)", body: body)
        #expect(reply.shape == Reply.nestFields)
        #expect(reply.faultyFields == fields)
    }

    @Test("Each refusal has its status, and its status's name as error")
    func statuses() async throws {
        let token = try await visitor.enter(site.boundMember())
        let replies = [
            try await visitor.post("/api/auth/login", [:]), try await visitor.get("/api/auth/profile"),
            try await visitor.get("/api/auth/logs", token: token), try await visitor.get("/api/auth/nada"),
            try await visitor.get("/api/auth/login"),
            try await register(["email": try await register()["user"]?["email"]]),
            try await visitor.send("POST", "/api/auth/login"),
        ]
        let names = [
            400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            409: "Conflict", 415: "Unsupported Media Type",
        ]
        #expect(replies.map(\.status) == names.keys.sorted())
        for reply in replies {
            #expect(reply["statusCode"] == .integer(reply.status))
            #expect(reply["error"]?.string == names[reply.status], "\(reply.answer.text)")
        }
    }

    @Test("Whoever registers is answered as the user that they are now")
    func registers() async throws {
        let reply = try await register()
        #expect(reply.shape == "201 {message: string, user: \(Self.user)}")
        #expect(reply["user"]?["role"] == "Usuario")
        let taken = try await register(["email": reply["user"]?["email"]])
        #expect(taken.status == 409 && taken.faultyFields == ["email"])
        #expect(try await register(["role": "Nadie"]).shape == Reply.nestFields)
    }

    @Test("The profile tells role and permissions as they are now")
    func profile() async throws {
        let person = try await site.boundMember(as: "Staff")
        let reply = try await visitor.get("/api/auth/profile", token: visitor.enter(person))
        let (text, flag) = ("string", "bool")
        #expect(
            reply.shape
                == "200 {createdAt: time, email: \(text), emailVerified: \(flag), id: integer, isActive: \(flag), "
                + "lastLoginAt: time, name: \(text), permissions: [\(text)], role: \(text)}"
        )
        #expect(reply["permissions"] == ["manage_bookings", "manage_rooms"])
        #expect(reply["emailVerified"] == true && reply["isActive"] == true)
    }

    @Test("Logging out ends one session or all, and says how many")
    func logout() async throws {
        let person = try await site.boundMember()
        var tokens: [String] = []
        for _ in 0..<3 { tokens.append(try await visitor.enter(person)) }
        let one = try await visitor.post("/api/auth/logout", token: tokens[0])
        #expect(one.shape == "200 {message: string, sessionsRevoked: integer}" && one["sessionsRevoked"] == 1)
        #expect(try await visitor.get("/api/auth/profile", token: tokens[0]).shape == Reply.nest(401))
        let all = try await visitor.post("/api/auth/logout", ["all": true], token: tokens[1])
        #expect(all["sessionsRevoked"] == 2)
        for token in tokens { #expect(try await visitor.get("/auth/me", token: token).status == 401) }
    }

    @Test("Sessions are listed newest first by their numbers, and one's own end by them")
    func sessions() async throws {
        let person = try await site.boundMember()
        let (old, new) = (try await visitor.enter(person), try await visitor.enter(person))
        let list = try await visitor.get("/api/auth/sessions", token: new)
        #expect(
            list.shape
                == "200 [{createdAt: time, device: null, expiresAt: time, id: integer, ipAddress: string, "
                + "isCurrent: bool, lastActivity: time, userAgent: null}]"
        )
        let rows = try #require(list.json?.array)
        #expect(rows.map { $0["isCurrent"] } == [true, false])
        let number = try #require(rows[1]["id"]?.integer)
        let stranger = try await visitor.enter(site.boundMember())
        for (path, token) in [
            ("\(number)", stranger), ("1", new), ("x", new), ("%2B\(number)", new), ("99999999999999999999", new),
        ] {
            #expect(try await visitor.delete("/api/auth/sessions/\(path)", token: token).shape == Reply.nest(404))
        }
        #expect(try await visitor.delete("/api/auth/sessions/\(number)", token: new).shape == "200 {message: string}")
        #expect(try await visitor.get("/auth/me", token: old).status == 401)
        #expect(try await visitor.delete("/api/auth/sessions/\(number)", token: new).status == 404)
    }

    @Test("A new password takes the old one, another one, and the same twice; it ends the other sessions")
    func changesPassword() async throws {
        let person = try await site.boundMember()
        let (other, token) = (try await visitor.enter(person), try await visitor.enter(person))
        func change(_ current: String, _ new: String, _ confirmation: String) async throws -> Reply {
            try await visitor.patch(
                "/api/auth/change-password",
                [
                    "currentPassword": .string(current), "newPassword": .string(new),
                    "confirmPassword": .string(confirmation),
                ],
                token: token
            )
        }
        let unlike = try await change(person.password, "Nueva-Cripta-77!", "Nueva-Cripta-78!")
        #expect(unlike.shape == Reply.nestFields && unlike.faultyFields == ["confirmPassword"])
        let same = try await change(person.password, person.password, person.password)
        #expect(same.shape == Reply.nestFields && same.faultyFields == ["newPassword"])
        let wrong = try await change("Falsa-Cripta-1!", "Nueva-Cripta-77!", "Nueva-Cripta-77!")
        #expect(wrong.status == 401 && wrong.faultyFields == ["currentPassword"])
        #expect(try await change(person.password, "Nueva-Cripta-77!", "Nueva-Cripta-77!").shape == Reply.message)
        #expect(try await visitor.get("/auth/me", token: other).status == 401)
        #expect(try await visitor.get("/api/auth/profile", token: token).status == 200)
        #expect(try await visitor.enter(person.with(password: "Nueva-Cripta-77!")) != "")
    }

    @Test("A token from elsewhere counts for members, and for nobody else")
    func tokensFromElsewhere() async throws {
        let member = try await site.session(of: site.boundMember()).access
        #expect(try await visitor.get("/api/auth/profile", token: member).status == 200)
        let stranger = try await site.session(of: site.person()).access
        #expect(try await visitor.get("/api/auth/profile", token: stranger).shape == Reply.nest(403))
        #expect(try await visitor.get("/api/auth/profile").shape == Reply.nest(401))
    }
}

extension Visitor {
    /// Logs in, and keeps the token alone.
    func enter(_ person: Person) async throws -> String {
        let reply = try await post("/api/auth/login", person.credentials)
        guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
        return reply.string("accessToken")
    }
}

extension Reply {
    /// What this contract's refusals look like that are not about fields.
    static func nest(_ status: Int) -> String {
        "\(status) {error: string, message: string, statusCode: integer}"
    }

    static let nestFields =
        "400 {error: string, errors: [{field: string, message: string}], message: string, statusCode: integer}"
}
