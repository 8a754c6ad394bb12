import Foundation
import Postgres
import Support
import Testing

@Suite("The session-tracking surface", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct SessionTrackingScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func logout(_ number: JSONText?, token: String? = nil) async throws -> Reply {
        try await visitor.post("/logout", .object(number.map { ["session_id": $0] } ?? [:]), token: token)
    }

    @Test("A login answers a token, its type and the session's number, in the bound organization")
    func logsIn() async throws {
        let person = try await site.boundMember()
        let reply = try await visitor.post("/login", person.credentials)
        #expect(reply.shape == "200 {access_token: jwt, session_id: integer, token_type: string}")
        #expect(reply["token_type"] == "bearer")
        let session = try TrackedSession(reply)
        #expect((1...9_007_199_254_740_991).contains(session.number))
        #expect(
            JWT(session.token).organization == (try await site.defaultOrganization()).uuidString.lowercased()
        )
        #expect(try await visitor.get("/auth/me", token: session.token)["id"] == .string(person.idText))
        let row = try await site.database.texts(
            """
            SELECT concat_ws(' ', v.id = s.number, v.usuario_id = u.number, v.fecha_fin IS NULL, v.ip)
              FROM public.sesion v JOIN portero.sessions s ON s.number = v.id JOIN portero.users u ON u.id = s.user_id
             WHERE u.id = \(person.id)
            """
        )
        #expect(row == ["t t t 127.0.0.1"])
    }

    @Test("Who cannot log in gets the contract's refusal in Spanish")
    func refusedLogins() async throws {
        let person = try await site.boundMember()
        let closed = try await site.boundMember()
        let stranger = try await site.person()
        let barred = try await site.boundMember()
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        try await site.database.run("UPDATE portero.memberships SET is_active = false WHERE user_id = \(barred.id)")
        let wrong = try await visitor.post("/login", person.with(password: "Otra-Cripta-43").credentials)
        #expect(wrong.shape == Reply.problem(401))
        #expect(wrong["detail"] == "Credenciales inválidas.")
        for unlike in [
            Person(id: UUID(), email: Site.newEmail(), name: ""), stranger, barred,
            closed.with(password: "Otra-Cripta-43"),
        ] {
            let reply = try await visitor.post("/login", unlike.credentials)
            #expect(reply.status == 401 && reply.answer.body == wrong.answer.body)
            #expect(reply.steadyHeaders == wrong.steadyHeaders)
        }
        let inactive = try await visitor.post("/login", closed.credentials)
        #expect(inactive.shape == Reply.problem(403))
        #expect(inactive["detail"] == "El usuario está inactivo.")
        let organizations = try await site.database.texts(
            """
            SELECT DISTINCT concat_ws(' ', reason, organization_id = \(try await site.defaultOrganization()))
              FROM portero.auth_logs WHERE user_id = \(stranger.id) OR user_id = \(barred.id)
            """
        )
        #expect(organizations == ["not_member t"])
    }

    @Test("Ending a session by its number, or its digits, ends it everywhere; ending it again is true again")
    func logsOut() async throws {
        let person = try await site.boundMember()
        for asText in [false, true] {
            let session = try await visitor.track(person)
            let number: JSONText = asText ? .string("\(session.number)") : .integer(session.number)
            let reply = try await logout(number)
            #expect(reply.shape == "200 {success: bool}")
            #expect(reply["success"] == true)
            #expect(try await visitor.get("/auth/me", token: session.token).status == 401)
            #expect(try await visitor.sesiones("GET", "/self", token: session.token).status == 401)
            #expect(try await logout(number)["success"] == true)
            let ended = try await site.database.count(
                "SELECT count(*) FROM public.sesion WHERE id = \(session.number) AND fecha_fin IS NOT NULL"
            )
            #expect(ended == 1)
        }
    }

    @Test("Who leaves after their session has expired has worked until then")
    func leavesLate() async throws {
        let session = try await visitor.track(site.boundMember())
        try await site.database.run(
            "UPDATE portero.sessions SET expires_at = now() - interval '1 hour' WHERE number = \(session.number)"
        )
        #expect(try await logout(.integer(session.number))["success"] == true)
        let late = try await site.database.count(
            """
            SELECT count(*) FROM public.sesion
             WHERE id = \(session.number) AND fecha_fin > now() - interval '10 minutes'
            """
        )
        #expect(late == 1)
    }

    @Test("A token that comes along must be valid, of a member, and of the session's person")
    func tokensAlong() async throws {
        let (ana, bruno, stranger) = (
            try await site.boundMember(), try await site.boundMember(), try await site.person()
        )
        let session = try await visitor.track(ana)
        let number = JSONText.integer(session.number)
        #expect(try await logout(number, token: "nonsense").shape == Reply.problem(401))
        let foreign = try await logout(number, token: try await visitor.track(bruno).token)
        #expect(foreign.shape == Reply.problem(403))
        #expect(foreign["detail"] == "Esa sesión es de otra persona.")
        let outside = try await logout(number, token: try await site.session(of: stranger).access)
        #expect(outside.shape == Reply.problem(403))
        #expect(outside["detail"] == "Usted no es miembro de esta organización.")
        let ended = try await visitor.track(ana)
        #expect(try await logout(.integer(ended.number)).status == 200)
        #expect(try await logout(number, token: ended.token).shape == Reply.problem(401))
        #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
        #expect(try await logout(number, token: try await site.session(of: ana).access).status == 200)
    }

    @Test("The Host decides on the organization: another's people and sessions do not exist there")
    func hosts() async throws {
        let domain = "cripta-\(UInt32.random(in: 0 ... .max)).example"
        let ana = try await site.person()
        let organization = try await site.organization("La Cripta", with: ana, as: "Usuario")
        try await site.give(domain, to: organization)
        let login = ana.credentials.text
        for host in [domain, "\(domain):8443", domain.uppercased(), "\(domain)."] {
            let reply = try await visitor.send("POST", "/login", body: login, headers: [("Host", host)])
            #expect(reply.status == 200, "\(host)")
            #expect(JWT(reply.string("access_token")).organization == organization.uuidString.lowercased())
        }
        for host in ["localhost", "127.0.0.1:8000", "[::1]:8000", "other.\(domain)"] {
            let reply = try await visitor.send("POST", "/login", body: login, headers: [("Host", host)])
            #expect(reply.status == 401, "\(host)")
        }
        let session = try TrackedSession(
            try await visitor.send("POST", "/login", body: login, headers: [("Host", domain)])
        )
        let there = try await logout(.integer(session.number))
        let nowhere = try await logout(.integer(77))
        #expect(there.status == 404 && there.answer.body == nowhere.answer.body)
    }

    @Test("What is no session number, address or password is a 400 that names the field")
    func badInput() async throws {
        let numbers = [
            "0", "-1", "1.0", "1e3", "1e300", "9007199254740992", "99999999999999999999999", "true", "[]", "{}", "null",
            #""""#, #""0""#, #""-1""#, #""+5""#, #""1e3""#, #"" 1""#, #""01""#, #""9007199254740992""#, #""abc""#,
            #""１""#,
        ]
        for number in numbers {
            let reply = try await visitor.send("POST", "/logout", body: #"{"session_id":\#(number)}"#)
            #expect(reply.shape == Reply.fieldProblem(), "\(number)")
            #expect(reply.faultyFields == ["session_id"])
        }
        let word = try await visitor.post("/logout", ["session_id": "abc"])
        #expect(word["errors"]?.array?.first?["message"] == "debe ser un número entero")
        #expect(try await visitor.send("POST", "/logout", body: #"{"session_id":NaN}"#).shape == Reply.problem(400))
        #expect(try await logout(nil).faultyFields == ["session_id"])
        for body in [#"{"password":"x"}"#, #"{"email":1,"password":"x"}"#, #"{"email":"ana","password":"x"}"#] {
            #expect(try await visitor.send("POST", "/login", body: body).faultyFields == ["email"])
        }
        let all = try await visitor.post("/login", [:])
        #expect(all.faultyFields == ["email", "password"])
        #expect(all["detail"] == "Revise estos campos: email, password")
        #expect(try await visitor.send("POST", "/login").shape == Reply.problem(415))
        #expect(try await visitor.get("/login").shape == Reply.problem(405))
    }

    @Test("The view may be read by nobody but its owner")
    func viewIsPrivate() async throws {
        let granted = try await site.database.count(
            "SELECT has_table_privilege('portero_app', 'public.sesion', 'SELECT')::integer::bigint"
        )
        #expect(granted == 0)
    }
}

@Suite("Bound organizations", .timeLimit(.minutes(10)))
struct BoundOrganizationScenarios {
    @Test("Where the setting names no organization, every endpoint says so")
    func wrongSetting() async throws {
        let settings = Staff.listening.merging(["PORTERO_DEFAULT_ORGANIZATION": "nowhere"]) { $1 }
        try await Site.serving(settings) { site in
            let token = try await site.session(of: site.boundMember()).access
            for contract in Contract.bound {
                let visitor = try contract.visitor(at: site)
                for endpoint in Endpoint.of(contract) {
                    let reply = try await visitor.send(
                        endpoint.method,
                        endpoint.path.replacing("{id}", with: "1"),
                        body: endpoint.takesBody ? endpoint.body().text : "",
                        headers: endpoint.needsToken ? [contract.header(for: token)] : []
                    )
                    #expect(reply.shape == contract.refusal(404), "\(contract): \(endpoint.testDescription)")
                    if let message = contract.message(404) { #expect(reply["message"] == message) }
                }
            }
            let reply = try await site.visitor().post("/logout", ["session_id": 1])
            #expect(reply["detail"] == "Ninguna organización corresponde a esta dirección.")
        }
    }

    @Test("Failures at one contract lock the account at the others, each of which says so in its own words")
    func lockoutIsShared() async throws {
        try await Site.serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "3"]) { $1 }) { site in
            let person = try await site.boundMember()
            func logIn(_ contract: Contract, _ path: String, _ password: String) async throws -> Reply {
                let name = contract == .usuarios ? "username" : "email"
                let body: JSONText = [name: .string(person.email), "password": .string(password)]
                return try await contract.visitor(at: site).post(path, body)
            }
            let logins = [
                (Contract.sessionTracking, "/login"), (.ingeocimyc, "/api/auth/login"), (.usuarios, "/api/auth/login"),
            ]
            for (contract, path) in logins {
                let wrong = try await logIn(contract, path, "Otra-Cripta-43")
                #expect(wrong.shape == contract.refusal(401))
                if let message = contract.message(401) { #expect(wrong["message"] == message) }
            }
            for (contract, path) in logins + [(.escapeRoom, "/auth/login")] {
                let locked = try await logIn(contract, path, person.password)
                #expect(locked.shape == contract.refusal(423), "\(contract)")
                #expect(Int(locked.header("Retry-After") ?? "").map { $0 > 0 } == true, "\(contract)")
            }
        }
    }

    @Test("A closed account whose password was right is told so, in each contract's words")
    func closedAccounts() async throws {
        try await Site.serving(Staff.listening) { site in
            let person = try await site.boundMember()
            try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
            let visitor = site.visitor()
            #expect(try await visitor.post("/login", person.credentials)["detail"] == "El usuario está inactivo.")
            let nest = try await visitor.post("/api/auth/login", person.credentials)
            #expect(nest.shape == Reply.nest(403) && nest["message"] == "El usuario está inactivo.")
            let staff = try await site.usuarios().post(
                "/api/auth/login",
                ["username": .string(person.email), "password": .string(person.password)]
            )
            #expect(staff.status == 403 && staff.answer.text == #"{"message":"Acceso denegado"}"#)
        }
    }
}
