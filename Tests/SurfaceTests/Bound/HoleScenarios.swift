import Foundation
import Postgres
import Support
import Testing

/// What the contracts would let anybody do, were they taken by their word: five things, at each contract that leaves them.
///
/// The main contract gives no role to whoever registers: `RegistrationScenarios`.
@Suite(
    "The holes that the contracts leave",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct HoleScenarios {
    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    // MARK: - A role at self-registration

    @Test(
        "Who registers themselves gets no role but the open one, whatever they ask for",
        arguments: [Contract.ingeocimyc, .usuarios],
        [nil, "Usuario", "Staff"] as [String?]
    )
    func roles(contract: Contract, role: String?) async throws {
        let staff = try await Staff.hired(at: site)
        let token = try await role.asyncMap { try await staff.member(as: $0).1 }
        let newcomer = Newcomer(contract, staff, doors)
        for closed in ["Admin", "Staff"] + (contract == .ingeocimyc ? ["admin", "STAFF"] : []) {
            #expect(try await newcomer.register(as: closed, token: token).status == 403, "\(closed)")
            #expect(try await site.accounts(of: newcomer.email) == 0)
        }
        let pretending: [String: JSONText] = [
            "rol": ["id": 1, "nombre": "Admin"], "roleId": 1, "role_id": 1, "permissions": ["manage_users"],
            "isAdmin": true, "organization_id": .string(try await site.defaultOrganization().uuidString.lowercased()),
            "emailVerified": true, "id": 1, "empleado": ["salario": 1],
        ]
        let reply = try await newcomer.register(saying: pretending, token: token)
        #expect(reply.status == 201)
        let organization = staff.organization.uuidString.lowercased()
        #expect(try await site.memberships(of: newcomer.email) == ["\(organization) Usuario f"])
        let employees = try await site.database.count(
            "SELECT count(*) FROM portero.employees WHERE organization_id = \(staff.organization)"
        )
        #expect(employees == 0)
    }

    // MARK: - A session for somebody else

    private func open(for person: Person, token: String?) async throws -> Reply {
        let number = JSONText.integer(try await site.number(of: person))
        return try await doors.main.sesiones(
            "POST",
            "",
            token: token,
            ["ID_Usuario": number, "Dispositivo": "Tableta"]
        )
    }

    @Test("A session for somebody else takes the right, and never gets at more than the caller has")
    func sessionsForOthers() async throws {
        let person = try await site.boundMember()
        let staff = try await site.boundMember(as: "Staff")
        let closed = try await site.boundMember()
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        let stranger = try await site.person()
        let targets = [person, closed, stranger]

        let plain = try await doors.main.track(staff).token
        for target in targets {
            for token in [nil, "", "nonsense"] {
                #expect(try await open(for: target, token: token).shape == "401 {error: string, message: string}")
            }
            let reply = try await open(for: target, token: plain)
            #expect(reply.shape == "403 {error: string, message: string}")
            #expect(reply["message"] == "Se requiere el permiso manage_sessions")
        }
        let manager = try await site.boundMember(as: site.boundRole(["manage_sessions"]))
        let token = try await doors.main.track(manager).token
        let more = try await open(for: staff, token: token)
        #expect(more.shape == "403 {error: string, message: string}")
        #expect(more["message"] == "El usuario tiene permisos que usted no tiene")
        let unknown = try await doors.main.sesiones(
            "POST",
            "",
            token: token,
            ["ID_Usuario": 9_007_199_254_740_991, "Dispositivo": "x"]
        )
        #expect(unknown.shape == "404 {error: string, message: string}")
        #expect(unknown["message"] == "Usuario no encontrado")
        for target in [closed, stranger] {
            let reply = try await open(for: target, token: token)
            #expect(reply.status == 404 && reply.answer.body == unknown.answer.body)
        }
        for target in targets {
            let sessions = try await site.database.count(
                "SELECT count(*) FROM portero.sessions WHERE user_id = \(target.id)"
            )
            #expect(sessions == 0)
        }
    }

    @Test("A login takes no session, token, number or person from the client", arguments: Contract.logins)
    func fixation(contract: Contract) async throws {
        let (ana, bruno) = (try await site.boundMember(), try await site.boundMember())
        let mine = try await doors.main.track(bruno)
        let given: [String: JSONText] = [
            "session_id": .integer(mine.number), "id": .integer(mine.number), "ID_Sesion": .integer(mine.number),
            "token": .string(mine.token), "access_token": .string(mine.token), "Token_Sesion": .string(mine.token),
            "user_id": .string(bruno.idText), "ID_Usuario": .integer(try await site.number(of: bruno)),
        ]
        let reply = try await contract.login(
            ana.email,
            at: doors,
            saying: given,
            headers: [("Authorization", "Bearer \(mine.token)"), ("Cookie", "session=\(mine.token)")]
        )
        let token = contract.token(reply)
        #expect(token != mine.token)
        let object = try await doors.main.sesiones("GET", "/self", token: token)
        #expect(object["ID_Usuario"] == .integer(try await site.number(of: ana)))
        #expect(object["ID_Sesion"] != .integer(mine.number))
    }

    // MARK: - A logout by a guessed number

    @Test("A number that was guessed ends nothing, nor does another's token or id", arguments: Contract.allCases)
    func guesses(contract: Contract) async throws {
        let session = try await doors.main.track(site.boundMember())
        let own = try await doors.main.track(site.boundMember()).token
        let number = session.number
        let replies: [Reply]
        switch contract {
        case .escapeRoom:
            let id = try await site.database.texts("SELECT id::text FROM portero.sessions WHERE number = \(number)")
            var all: [Reply] = []
            for guess in id + ["\(number)", UUID().uuidString.lowercased(), "1"] {
                all.append(try await doors.main.delete("/auth/sessions/\(guess)", token: own))
            }
            replies = all
            #expect(replies.allSatisfy { $0.status == 404 })
        case .sessionTracking:
            let near = [1, 2, 123, number - 1, number + 1, number / 2, 9_007_199_254_740_991]
            replies = try await near.filter { $0 > 0 }.asyncMap {
                try await doors.main.post("/logout", ["session_id": .integer($0)])
            }
            #expect(replies.allSatisfy { $0.shape == Reply.problem(404) && $0["detail"] == "No existe esa sesión." })
            // Who holds the number of another's session still needs no token that says otherwise.
            #expect(try await doors.main.post("/logout", ["session_id": .integer(number)], token: own).status == 403)
        case .ingeocimyc:
            replies = try await [number, number - 1, number + 1, 1].asyncMap {
                try await doors.main.delete("/api/auth/sessions/\($0)", token: own)
            }
            #expect(replies.allSatisfy { $0.status == 404 && $0.answer.body == replies[0].answer.body })
        case .sesiones:
            let object = try #require(try await doors.main.sesiones("GET", "/self", token: session.token).json)
            let changed = try await doors.main.sesiones("PUT", "", token: own, object.with(["Estado_Sesion": 0]))
            replies = try await [("/logout", session.token), ("/logoutAll", session.token), ("/logout", "\(number)")]
                .asyncMap { try await doors.main.sesiones("DELETE", $0, token: own, ["Token_Sesion": .string($1)]) }
            #expect(([changed] + replies).map(\.status) == [403, 403, 403, 404])
        case .usuarios:
            replies = try await [session.token, "\(number)", "1"].asyncMap {
                try await doors.usuarios.post("/api/auth/logout", ["token": .string($0)], token: own)
            }
            #expect(replies.map(\.status) == [403, 401, 401])
        }
        for asked in Contract.allCases { #expect(try await asked.accepts(session.token, at: doors), "\(asked)") }
    }

    @Test("Session numbers are exact in JavaScript, and none tells another")
    func numbers() async throws {
        let member = try await site.boundMember()
        let token = try await doors.main.track(member).token
        let body: JSONText = ["ID_Usuario": .integer(try await site.number(of: member)), "Dispositivo": "x"]
        let numbers = try await (0..<60).asyncMap { _ in
            try await doors.main.sesiones("POST", "", token: token, body)["ID_Sesion"]?.integer ?? 0
        }
        let gaps = zip(numbers, numbers.dropFirst()).map { $1 - $0 }
        #expect(numbers.allSatisfy { (1...9_007_199_254_740_991).contains($0) })
        #expect(Set(numbers).count == 60 && Set(gaps).count == 59)
        // Sixty fair draws all miss the upper half, or gaps of more than 2^40, once in 10^17 tries.
        #expect(numbers.contains { $0 > 1 << 52 } && numbers.contains { $0 < 1 << 52 })
        #expect(gaps.count { abs($0) > 1 << 40 } > 50)
    }

    // MARK: - An address that the client sends

    @Test("Nothing that a client says of its address is kept as where it came from", arguments: Contract.logins)
    func addresses(contract: Contract) async throws {
        let person = try await site.boundMember()
        let address = "203.0.113.77"
        let headers =
            [
                "X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
            ].map { (name: $0, value: address) } + [(name: "Forwarded", value: "for=\(address)")]
        let body = ["ip", "ipAddress", "ip_address"].reduce(into: [:]) { $0[$1] = JSONText.string(address) }
        for password in ["Otra-Cripta-43", person.password] {
            let reply = try await contract.login(person.email, password, at: doors, saying: body, headers: headers)
            #expect(reply.status == (password == person.password ? 200 : 401))
        }
        let kept = try await site.database.texts(
            """
            SELECT host(address) FROM portero.auth_logs WHERE user_id = \(person.id)
            UNION ALL SELECT host(address) FROM portero.sessions WHERE user_id = \(person.id)
            UNION ALL SELECT ip FROM public.sesion WHERE usuario_id = \(try await site.number(of: person))
            """
        )
        #expect(kept == Array(repeating: "127.0.0.1", count: 4))
    }

    // MARK: - An unknown account told apart

    @Test(
        "Unknown account, wrong password and nobody of this organization are answered alike",
        arguments: Contract.logins
    )
    func unknownAccounts(contract: Contract) async throws {
        let person = try await site.boundMember()
        let barred = try await site.boundMember()
        let closed = try await site.boundMember()
        let stranger = try await site.person()
        try await site.database.run("UPDATE portero.memberships SET is_active = false WHERE user_id = \(barred.id)")
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(closed.id)")
        let wrong = try await contract.login(person.email, "Otra-Cripta-43", at: doors)
        #expect(wrong.status == 401)
        var others: [(String, String)] = [
            (Site.newEmail(), "Otra-Cripta-43"), (closed.email, "Otra-Cripta-43"), (stranger.email, "Otra-Cripta-43"),
        ]
        if contract != .escapeRoom { others += [(stranger.email, stranger.password), (barred.email, barred.password)] }
        if contract == .usuarios { others += [("nadie", "x"), ("-", "x"), ("ñ", "x")] }
        for (name, password) in others {
            let reply = try await contract.login(name, password, at: doors)
            #expect(reply.status == 401 && reply.answer.body == wrong.answer.body, "\(name)")
            #expect(reply.steadyHeaders == wrong.steadyHeaders, "\(name)")
        }
    }

    @Test(
        "Also where the main contract may tell, with a lock, and from addresses that the client invents",
        arguments: Contract.boundLogins
    )
    func unknownAccountsWithLocks(contract: Contract) async throws {
        let settings = ["PORTERO_LOGIN_REVEALS_UNKNOWN": "true", "PORTERO_LOCKOUT_ATTEMPTS": "3"]
        try await Site.serving(Staff.listening.merging(settings) { $1 }) { site in
            let doors = try Doors(to: site.server)
            let names = [try await site.boundMember().email, try await site.person().email, Site.newEmail()]
            #expect(try await Contract.escapeRoom.login(Site.newEmail(), at: doors).status == 400)
            var replies: [[String]] = []
            for name in names {
                replies.append(
                    try await (1...5).asyncMap { number in
                        let reply = try await contract.login(
                            name,
                            "Otra-Cripta-43",
                            at: doors,
                            saying: ["ip": .string("203.0.113.\(number)")],
                            headers: [("X-Forwarded-For", "203.0.113.\(number)")]
                        )
                        return "\(reply.status) " + reply.answer.text.replacing(/\d+/, with: "N")
                    }
                )
            }
            #expect(replies[0].map { $0.prefix(3) } == ["401", "401", "401", "423", "423"])
            #expect(replies[1] == replies[0] && replies[2] == replies[0])
        }
    }
}
