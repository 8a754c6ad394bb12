import Foundation
import Postgres
import Support
import Testing

@Suite("Accepting an invitation", .serving(), .serialized, .timeLimit(.minutes(10)))
struct AcceptanceScenarios {
    static let shape =
        "{access_token: jwt, membership: {organization: {id: uuid, name: string, slug: string}, role: {id: uuid, name: string}}, "
        + "refresh_token: string, token_type: string}"
    static let password = "ContraseñaSegura123!"

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func accept(_ token: String, _ more: [String: JSONText] = [:], bearer: String? = nil) async throws -> Reply
    {
        try await visitor.post(
            "/invitations/accept",
            .object(["token": .string(token)].merging(more) { $1 }),
            token: bearer
        )
    }

    private static let newcomer: [String: JSONText] = ["full_name": "Eva Nueva", "password": .string(password)]

    @Test("Whoever is sent away does not come back by an invitation from before", arguments: ["asleep", "removed"])
    func sentAway(how: String) async throws {
        let business = try await site.business()
        let person = try await site.person()
        let (_, token) = try await business.invitation(to: person.email)
        try await site.join(person, to: business.id, as: "Usuario")
        let path = "/organizations/\(business.idText)/members/\(person.idText)"
        let reply =
            how == "asleep"
            ? try await visitor.patch(path, ["is_active": false], token: business.tokens.access)
            : try await visitor.delete(path, token: business.tokens.access)
        #expect(reply.status < 300)
        #expect(try await accept(token).shape == Reply.problem(404))
        let revoked = try await site.database.count(
            """
            SELECT count(*) FROM portero.auth_logs WHERE event = 'invitation_revoked' AND reason = 'membership_ended'
               AND organization_id = \(business.id)
            """
        )
        #expect(revoked == 1)
    }

    @Test("Somebody without an account gets one, verified, and works in the organization from the first moment")
    func newAccount() async throws {
        let business = try await site.business()
        let email = Site.newEmail("Eva")
        let (_, token) = try await business.invitation(to: email)
        try await site.changingNothing {
            for (given, missing) in [
                ([:], ["full_name", "password"]), (["full_name": "Eva"], ["password"]),
                (["password": .string(Self.password)], ["full_name"]),
            ] as [([String: JSONText], [String])] {
                let reply = try await accept(token, given)
                #expect(reply.shape == Reply.fieldProblem() && reply.faultyFields == missing)
            }
            for password in ["corta", "12345678", email, String(repeating: "á", count: 129)] {
                let reply = try await accept(token, ["full_name": "Eva Nueva", "password": .string(password)])
                #expect(reply.shape == Reply.fieldProblem() && reply.faultyFields == ["password"], "\(password)")
            }
        }
        let reply = try await accept(token, Self.newcomer)
        #expect(reply.shape == "201 \(Self.shape)")
        #expect(reply["membership"]?["organization"]?["id"] == .string(business.idText))
        #expect(reply["membership"]?["role"]?["name"] == "Staff" && reply["token_type"] == "bearer")
        let me = try await visitor.get("/auth/me", token: reply.string("access_token"))
        #expect(me["email"] == .string(email) && me["full_name"] == "Eva Nueva")
        #expect(me["organization_id"] == .string(business.idText) && me["role"]?["name"] == "Staff")
        let refreshed = try await visitor.post("/auth/refresh", ["refresh_token": reply["refresh_token"] ?? nil])
        #expect(JWT(refreshed.string("access_token")).organization == business.idText)
        let person = try #require(try await site.person(registeredAs: email, password: Self.password))
        #expect(JWT(try await site.session(of: person, visitor).access).organization == business.idText)
        let verified: Bool? = try await site.database.value(
            "SELECT email_verified_at IS NOT NULL FROM portero.users WHERE id = \(person.id)"
        )
        #expect(verified == true)
        #expect(
            try await site.events(of: person).prefix(4) == [
                "invitation_created", "user_created invitation", "invitation_accepted",
                "authn_login_success invitation",
            ]
        )
        #expect(
            try await business.events("invitation")
                == ["invitation_created by the admin Staff", "invitation_accepted Staff"]
        )
    }

    @Test("Somebody with an account needs the token alone; name and password of the request change nothing")
    func existingAccount() async throws {
        let person = try await site.person("Clara Visitante")
        let first = try await site.organization("Primera", with: person, as: "Staff")
        let business = try await site.business()
        let (_, token) = try await business.invitation(to: person.email.uppercased(), as: "Usuario")
        let earlier = try await site.session(of: person, visitor)
        let reply = try await accept(token, Self.newcomer)
        #expect(reply.shape == "200 \(Self.shape)")
        #expect(JWT(reply.string("access_token")).organization == business.idText)
        let me = try await visitor.get("/auth/me", token: reply.string("access_token"))
        #expect(me["full_name"] == .string(person.name) && me["organizations"]?.array?.count == 2)
        // What was open stays where it was; what is opened next begins there.
        let before = try await visitor.get("/auth/me", token: earlier.access)
        #expect(before["organization_id"] == .string(first.uuidString.lowercased()))
        #expect(JWT(try await site.session(of: person, visitor).access).organization == business.idText)
    }

    @Test("An account that nobody proved is taken from whoever registered it, unless they accept themselves")
    func unprovenAccount() async throws {
        let business = try await site.business()
        for isThemselves in [false, true] {
            let person = try await site.person()
            try await site.database.run(
                "UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)"
            )
            let session = try await site.session(of: person, visitor)
            let (_, token) = try await business.invitation(to: person.email)
            #expect(try await visitor.get("/auth/invitations", token: session.access).json == [])
            let reply = try await accept(token, bearer: isThemselves ? session.access : nil)
            #expect(reply.status == 200)
            #expect(try await visitor.get("/auth/me", token: session.access).status == (isThemselves ? 200 : 401))
            let login = try await visitor.post("/auth/login", person.credentials)
            #expect(login.status == (isThemselves ? 200 : 401))
            let me = try await visitor.get("/auth/me", token: reply.string("access_token"))
            #expect(me["organization_id"] == .string(business.idText))
            if !isThemselves {
                _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
                let code = try await site.mails.code(to: person.email)
                let reset: JSONText = [
                    "email": .string(person.email), "code": .string(code), "new_password": .string(Self.password),
                ]
                #expect(try await visitor.post("/auth/reset-password", reset).status == 200)
                _ = try await site.session(of: person.with(password: Self.password), visitor)
            }
        }
    }

    @Test("A token of somebody else, or none that is good, is not ignored")
    func bearers() async throws {
        let business = try await site.business()
        let person = try await site.person()
        let (_, token) = try await business.invitation(to: person.email)
        let (_, fresh) = try await business.invitation(to: Site.newEmail())
        let ended = try await site.session(of: person, visitor)
        _ = try await visitor.post("/auth/logout", token: ended.access)
        try await site.changingNothing {
            for token in [token, fresh] {
                let foreign = try await accept(token, Self.newcomer, bearer: business.tokens.access)
                #expect(foreign.shape == Reply.problem(403))
            }
            for bearer in [ended.access, ended.refresh, "x"] {
                #expect(try await accept(token, bearer: bearer).shape == Reply.problem(401))
            }
        }
        #expect(try await accept(token, bearer: try await site.session(of: person, visitor).access).status == 200)
    }

    @Test("A token that is unknown, used, refused, revoked or expired is one 404")
    func deadTokens() async throws {
        let business = try await site.business()
        var tokens = ["x", String(repeating: "A", count: 43), String(repeating: "é", count: 43)]
        for end in ["used", "refused", "revoked", "expired", "replaced"] {
            let email = Site.newEmail()
            let (id, token) = try await business.invitation(to: email)
            tokens.append(token)
            switch end {
            case "used": #expect(try await accept(token, Self.newcomer).status == 201)
            case "refused":
                #expect(try await visitor.post("/invitations/refuse", ["token": .string(token)]).shape == Reply.message)
            case "revoked": _ = try await visitor.delete("\(business.invitations)/\(id)", token: business.tokens.access)
            case "replaced":
                _ = try await visitor.post("\(business.invitations)/\(id)/resend", token: business.tokens.access)
            default:
                try await site.database.run("UPDATE portero.invitations SET expires_at = now() WHERE email = \(email)")
            }
        }
        var answers: Set<String> = []
        try await site.changingNothing {
            for token in tokens {
                answers.insert(try await accept(token, Self.newcomer).answer.text)
                let reply = try await visitor.post("/invitations/refuse", ["token": .string(token)])
                #expect(reply.shape == Reply.problem(404))
                answers.insert(reply.answer.text)
            }
        }
        #expect(answers.count == 1)
        #expect(
            try await business.events("invitation_").filter { !$0.hasPrefix("invitation_created") }.sorted() == [
                "invitation_accepted Staff", "invitation_refused", "invitation_resent by the admin",
                "invitation_revoked by the admin",
            ]
        )
    }

    @Test("Of fifty who accept at once, one does", arguments: [true, false])
    func atOnce(hasAccount: Bool) async throws {
        let business = try await site.business()
        let email = hasAccount ? try await site.person().email : Site.newEmail()
        let (_, token) = try await business.invitation(to: email)
        let body = JSONText.object(["token": .string(token)].merging(Self.newcomer) { $1 })
        let statuses = try await site.atOnce(50) { visitor, _ in
            try await visitor.insist("/invitations/accept", body).status
        }
        #expect(statuses.count { $0 == (hasAccount ? 200 : 201) } == 1)
        #expect(statuses.count { $0 == 404 } == 49)
        let facts = try await site.database.texts(
            """
            SELECT concat_ws(' ', (SELECT count(*) FROM portero.memberships m WHERE m.user_id = u.id),
                             (SELECT count(*) FROM portero.sessions s WHERE s.user_id = u.id),
                             (SELECT count(*) FROM portero.auth_logs l
                               WHERE l.user_id = u.id AND l.event = 'invitation_accepted'))
              FROM portero.users u WHERE u.email = \(email)
            """
        )
        #expect(facts == ["1 1 1"])
    }

    @Test("A closed account accepts nothing")
    func inactiveAccount() async throws {
        let business = try await site.business()
        let person = try await site.person()
        let (_, token) = try await business.invitation(to: person.email)
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        try await site.changingNothing {
            let reply = try await accept(token)
            #expect(reply.shape == Reply.problem(400))
        }
        try await site.database.run("UPDATE portero.users SET is_active = true WHERE id = \(person.id)")
        #expect(try await accept(token).status == 200)
    }

    @Test("Who is a member by now keeps their role; who was one works again, with the role of the invitation")
    func members() async throws {
        let business = try await site.business()
        for isActive in [true, false] {
            let person = try await site.person()
            if !isActive {
                try await site.join(person, to: business.id, as: "Usuario")
                try await site.database.run(
                    "UPDATE portero.memberships SET is_active = false WHERE user_id = \(person.id)"
                )
            }
            let (_, token) = try await business.invitation(to: person.email, as: "Staff")
            if isActive { try await site.join(person, to: business.id, as: "Usuario") }
            let reply = try await accept(token)
            #expect(reply.status == 200)
            #expect(reply["membership"]?["role"]?["name"] == .string(isActive ? "Usuario" : "Staff"))
            let me = try await visitor.get("/auth/me", token: reply.string("access_token"))
            #expect(me["role"]?["name"] == .string(isActive ? "Usuario" : "Staff"))
            #expect(try await accept(token).status == 404)
        }
        #expect(
            try await business.events("invitation_accepted")
                == ["invitation_accepted Usuario Usuario", "invitation_accepted Usuario Staff"]
        )
    }

    @Test("One's own pending invitations are listed, and nobody else's")
    func ownList() async throws {
        let person = try await site.person()
        let business = try await site.business("La Cripta de Clara")
        let other = try await site.business("Otra")
        for sender in [business, other] { #expect(try await sender.invite(person.email.uppercased()).status == 201) }
        _ = try await other.invite(Site.newEmail())
        let (_, refused) = try await site.business("Tercera").invitation(to: person.email)
        _ = try await visitor.post("/invitations/refuse", ["token": .string(refused)])
        let tokens = try await site.session(of: person, visitor)
        let list = try await visitor.get("/auth/invitations", token: tokens.access)
        #expect(
            list.shape
                == "200 [{created_at: time, expires_at: time, id: uuid, invited_by: {full_name: string, user_id: uuid}, "
                + "organization: {id: uuid, name: string, slug: string}, role: {id: uuid, name: string}}]"
        )
        let names = (list.json?.array ?? []).compactMap { $0["organization"]?["name"]?.string }
        #expect(names == ["Otra", "La Cripta de Clara"])
        #expect(try await visitor.get("/auth/invitations", token: business.tokens.access).json == [])
        _ = try await visitor.post("/auth/logout", token: tokens.access)
        #expect(try await visitor.get("/auth/invitations", token: tokens.access).status == 401)
    }
}
