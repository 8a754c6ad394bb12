import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Which organization a row of the audit trail belongs to",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "3"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct BelongingScenarios {
    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    /// A member of an organization, whose token is for another one that they work in.
    private func guest(of staff: Staff) async throws -> (person: Person, tokens: Tokens, home: UUID) {
        let person = try await site.person("Bruno Candado")
        let home = try await site.organization("Casa", with: person, as: "Usuario")
        let tokens = try await site.session(of: person)
        try await site.join(person, to: staff.organization, as: "Usuario")
        return (person, tokens, home)
    }

    /// What an organization's rows of a person say, the oldest first: event, reason and how many sessions.
    private func rows(of person: Person, in organization: UUID) async throws -> [String] {
        try await site.database.texts(
            """
            SELECT concat_ws(' ', event, reason, details ->> 'sessions') FROM portero.auth_logs
             WHERE organization_id = \(organization) AND user_id = \(person.id) ORDER BY occurred_at, id
            """
        )
    }

    private func changePassword(_ current: String, _ token: String, at staff: Staff) async throws -> Reply {
        let body: JSONText = [
            "currentPassword": .string(current), "newPassword": "Nueva-Cripta-77!",
            "confirmPassword": "Nueva-Cripta-77!",
        ]
        return try await doors.main.send(
            "PATCH",
            "/api/auth/change-password",
            body: body.text,
            token: token,
            headers: staff.headers
        )
    }

    @Test("A password that is changed through a host, and what fails and locks there, belongs to its organization")
    func boundPasswords() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, tokens, home) = try await guest(of: staff)
        for _ in 0..<2 {
            #expect(try await changePassword("Falsa-Cripta-99!", tokens.access, at: staff).status == 401)
        }
        #expect(try await changePassword(person.password, tokens.access, at: staff).status == 200)
        let other = try await guest(of: staff)
        for _ in 0..<3 {
            #expect(try await changePassword("Falsa-Cripta-99!", other.tokens.access, at: staff).status == 401)
        }
        #expect(try await changePassword(person.password, other.tokens.access, at: staff).status == 423)
        let fail = "authn_password_change_fail"
        #expect(
            try await rows(of: person, in: staff.organization)
                == ["\(fail) wrong_password", "\(fail) wrong_password", "authn_password_change"]
        )
        #expect(
            try await rows(of: other.person, in: staff.organization) == [
                "\(fail) wrong_password", "\(fail) wrong_password", "\(fail) wrong_password",
                "authn_login_lock too_many_failures", "\(fail) locked",
            ]
        )
        #expect(try await rows(of: person, in: home) == ["authn_login_success"])
        let stats = try await doors.main.get("/api/auth/security/stats", token: staff.token, headers: staff.headers)
        #expect(stats["lockedAccounts"] == 1)
    }

    @Test("What is done by a token of the main contract belongs to the organization that it works in")
    func tokens() async throws {
        let person = try await site.person()
        let home = try await site.organization("Casa", with: person, as: "Usuario")
        let (one, two) = (try await site.session(of: person), try await site.session(of: person))
        _ = try await doors.main.patch("/auth/me", ["full_name": "Ana Otra"], token: one.access)
        _ = try await doors.main.delete("/auth/sessions/\(UUID().uuidString.lowercased())", token: one.access)
        for current in ["Falsa-Cripta-99!", person.password] {
            let body: JSONText = ["current_password": .string(current), "new_password": "Nueva-Cripta-77!"]
            _ = try await doors.main.post("/auth/change-password", body, token: one.access)
        }
        _ = try await doors.main.post("/auth/refresh", ["refresh_token": .string(two.refresh)])
        _ = try await doors.main.post(
            "/auth/refresh",
            ["refresh_token": .string(one.refresh), "organization_id": .string(UUID().uuidString.lowercased())]
        )
        #expect(
            try await rows(of: person, in: home) == [
                "authn_login_success", "authn_login_success", "user_updated full_name", "authz_fail no_such_session",
                "authn_password_change_fail wrong_password", "authn_password_change",
                "authn_token_refused session_ended", "authn_token_refused not_member",
            ]
        )
    }

    @Test(
        "Of sessions that end together, each organization is told of those that worked there",
        arguments: [Contract.escapeRoom, .ingeocimyc, .sesiones]
    )
    func loggingOutEverywhere(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let (person, tokens, home) = try await guest(of: staff)
        for _ in 0..<2 {
            let reply = try await Contract.ingeocimyc.login(person.email, at: doors, headers: staff.headers)
            #expect(reply.status == 200)
        }
        let reply =
            switch contract {
            case .escapeRoom: try await doors.main.post("/auth/logout-all", token: tokens.access)
            case .ingeocimyc:
                try await doors.main.post(
                    "/api/auth/logout",
                    ["all": true],
                    token: tokens.access,
                    headers: staff.headers
                )
            case .sesiones, .sessionTracking, .usuarios:
                try await doors.main.send(
                    "DELETE",
                    "/sesiones/logoutAll",
                    headers: staff.headers + [("x-auth-token", tokens.access)]
                )
            }
        #expect(reply.status == 200)
        let login = "authn_login_success"
        #expect(
            try await rows(of: person, in: staff.organization) == [login, login, "authn_token_revoked logout_all 2"]
        )
        #expect(try await rows(of: person, in: home) == [login, "authn_token_revoked logout_all 1"])
        let asked = try await site.database.texts(
            """
            SELECT organization_id::text FROM portero.auth_logs
             WHERE event = 'authn_token_revoked' AND session_id::text = \(try #require(JWT(tokens.access).session))
            """
        )
        #expect(asked == [home.uuidString.lowercased()])
    }

    @Test("A session that is pushed out by newer ones is told of to the organization in which it worked")
    func pushedOut() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, tokens, home) = try await guest(of: staff)
        let body: JSONText = ["ID_Usuario": .integer(try await site.number(of: person)), "Dispositivo": "x"]
        for _ in 0..<100 {
            let reply = try await doors.main.send(
                "POST",
                "/sesiones",
                body: body.text,
                headers: staff.headers + [("x-auth-token", tokens.access)]
            )
            #expect(reply.status == 201)
        }
        #expect(
            try await rows(of: person, in: home) == ["authn_login_success", "authn_token_revoked too_many_sessions"]
        )
    }

    // MARK: - Refusals

    private func refusals(at staff: Staff) async throws -> [String] {
        let reply = try await doors.main.get(
            "/api/auth/logs?event=authz_fail",
            token: staff.token,
            headers: staff.headers
        )
        return (reply["logs"]?.array ?? []).reversed().map { row in
            [row["reason"]?.string, row["userId"]?.integer.map { "\($0)" }].compactMap(\.self).joined(separator: " ")
        }
    }

    @Test(
        "A role that is not open is refused in writing, with and without a token",
        arguments: [Contract.ingeocimyc, .usuarios]
    )
    func closedRoles(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let (member, token) = try await staff.member()
        let newcomer = Newcomer(contract, staff, doors)
        #expect(try await newcomer.register(as: "Staff").status == 403)
        #expect(try await newcomer.register(as: "Staff", token: token).status == 403)
        try await staff.role("Portera", ["manage_users"])
        let (clerk, clerkToken) = try await staff.member("Clara", as: "Portera")
        #expect(try await newcomer.register(as: "Admin", token: clerkToken).status == 403)
        let numbers = (try await staff.number(of: member), try await staff.number(of: clerk))
        #expect(
            try await refusals(at: staff)
                == ["role_not_open", "role_not_open \(numbers.0)", "grants_more_than_held \(numbers.1)"]
        )
    }

    @Test("To end a session by its number that is another's, or nobody's, is refused in writing")
    func numbersOfOthers() async throws {
        let staff = try await Staff.hired(at: site)
        let (member, token) = try await staff.member()
        let (other, _) = try await staff.member()
        let number = try await site.database.count("SELECT number FROM portero.sessions WHERE user_id = \(other.id)")
        for number in [number, 7] {
            let reply = try await doors.main.send(
                "DELETE",
                "/api/auth/sessions/\(number)",
                token: token,
                headers: staff.headers
            )
            #expect(reply.shape == Contract.ingeocimyc.refusal(404))
        }
        let line = "no_such_session \(try await staff.number(of: member))"
        #expect(try await refusals(at: staff) == [line, line])
    }

    @Test("To end a session by another's token is refused in writing", arguments: [Contract.sesiones, .usuarios])
    func tokensOfOthers(contract: Contract) async throws {
        let staff = try await Staff.hired(at: site)
        let (member, token) = try await staff.member()
        let (_, other) = try await staff.member()
        if contract == .usuarios {
            let reply = try await staff.send("POST", "/auth/logout", ["token": .string(other)], token)
            #expect(reply.status == 403)
        } else {
            for path in ["/sesiones/logout", "/sesiones/logoutAll"] {
                let reply = try await doors.main.send(
                    "DELETE",
                    path,
                    body: (["Token_Sesion": .string(other)] as JSONText).text,
                    headers: staff.headers + [("x-auth-token", token)]
                )
                #expect(reply.status == 403)
            }
        }
        let line = "session_of_somebody_else \(try await staff.number(of: member))"
        #expect(try await refusals(at: staff) == Array(repeating: line, count: contract == .usuarios ? 1 : 2))
    }
}
