import Foundation
import Postgres
import Support
import Testing

@Suite("Checking permissions", .serving(), .serialized, .timeLimit(.minutes(10)))
struct CheckScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func check(
        _ permission: String,
        in organization: UUID? = nil,
        of user: UUID? = nil,
        token: String,
        language: String = "en"
    ) async throws -> Reply {
        var body: [String: JSONText] = ["permission": .string(permission)]
        if let organization { body["organization_id"] = .string(organization.uuidString.lowercased()) }
        if let user { body["user_id"] = .string(user.uuidString.lowercased()) }
        return try await visitor.post(
            "/auth/check",
            .object(body),
            token: token,
            headers: [("Accept-Language", language)]
        )
    }

    @Test("The reason names the way, or the link that is missing, in the language of the question")
    func reasons() async throws {
        let business = try await site.business("La Cripta")
        let (_, staff) = try await business.member("Staff", "Bruno")
        let cases: [(String, String, Bool, String, String)] = [
            (
                business.tokens.access, "manage_users", true,
                "Ana Llaves is a member of La Cripta as Admin, which holds manage_users.",
                "Ana Llaves es miembro de La Cripta como Admin, que incluye manage_users."
            ),
            (
                staff.access, "manage_users", false,
                "Bruno is a member of La Cripta, but the role Staff lacks manage_users.",
                "Bruno es miembro de La Cripta, pero el rol Staff no incluye manage_users."
            ),
            (
                staff.access, "manage_x", false, "There is no permission manage_x.", "No existe el permiso manage_x."
            ),
        ]
        for (token, permission, allowed, english, spanish) in cases {
            for (language, reason) in [("en", english), ("es", spanish)] {
                for organization in [nil, business.id] {
                    let reply = try await check(permission, in: organization, token: token, language: language)
                    #expect(reply.shape == "200 {allowed: bool, reason: string}")
                    #expect(reply["allowed"] == .bool(allowed) && reply["reason"] == .string(reason))
                }
            }
        }
    }

    @Test("An organization that is not one's own is no different from none")
    func foreign() async throws {
        let business = try await site.business("Propia")
        let foreign = try await site.business("Ajena")
        let loner = try await site.session(of: site.person(), visitor)
        var answers: Set<String> = []
        for organization in [foreign.id, UUID()] {
            for permission in ["manage_users", "manage_nothing"] {
                let reply = try await check(permission, in: organization, token: business.tokens.access)
                #expect(reply["allowed"] == false)
                answers.insert(reply.answer.text)
            }
        }
        answers.insert(try await check("manage_users", token: loner.access).answer.text)
        #expect(answers == [#"{"allowed":false,"reason":"There is no membership in this organization."}"#])
    }

    @Test("An inactive membership holds nothing, and says so")
    func inactive() async throws {
        let business = try await site.business("La Cripta")
        let (person, tokens) = try await business.member("Staff", "Bruno")
        try await site.database.run("UPDATE portero.memberships SET is_active = false WHERE user_id = \(person.id)")
        let reply = try await check("manage_rooms", in: business.id, token: tokens.access)
        #expect(reply["allowed"] == false)
        #expect(reply["reason"] == "The membership of Bruno in La Cripta as Staff is inactive.")
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        let closed = try await check("manage_rooms", of: person.id, token: business.tokens.access)
        #expect(closed["allowed"] == false && closed["reason"] == "The account of Bruno is closed.")
    }

    @Test("An organization's own permission counts there")
    func ownPermissions() async throws {
        let business = try await site.business("La Cripta")
        let other = try await site.business("Otra")
        try await site.database.run(
            "INSERT INTO portero.permissions (organization_id, name) VALUES (\(business.id), 'open_vault')"
        )
        let (_, tokens) = try await business.member(with: ["open_vault"])
        #expect(try await check("open_vault", token: tokens.access)["allowed"] == true)
        let there = try await check("open_vault", token: other.tokens.access)
        #expect(there["reason"] == "There is no permission open_vault.")
    }

    @Test("About another person, one asks with manage_users in that organization")
    func others() async throws {
        let business = try await site.business("La Cripta")
        let foreign = try await site.business("Ajena")
        let (bruno, staff) = try await business.member("Staff", "Bruno")
        let manager = try await business.member(with: ["manage_users"])
        for token in [business.tokens.access, manager.tokens.access] {
            let rooms = try await check("manage_rooms", of: bruno.id, token: token)
            #expect(rooms["allowed"] == true)
            #expect(rooms["reason"] == "Bruno is a member of La Cripta as Staff, which holds manage_rooms.")
            #expect(try await check("manage_users", of: bruno.id, token: token)["allowed"] == false)
            for nobody in [foreign.admin.id, UUID()] {
                let reply = try await check("manage_rooms", of: nobody, token: token)
                #expect(
                    reply.answer.text == #"{"allowed":false,"reason":"There is no membership in this organization."}"#
                )
            }
        }
        // Oneself, by one's own id, needs no right.
        #expect(try await check("manage_rooms", of: bruno.id, token: staff.access)["allowed"] == true)
        #expect(try await check("manage_rooms", of: business.admin.id, token: staff.access).shape == Reply.problem(403))
        var answers: Set<String> = []
        for organization in [foreign.id, UUID()] {
            let reply = try await check("manage_rooms", in: organization, of: bruno.id, token: business.tokens.access)
            #expect(reply.shape == Reply.problem(404))
            answers.insert(reply.answer.text)
        }
        let loner = try await site.session(of: site.person(), visitor)
        answers.insert(try await check("manage_rooms", of: bruno.id, token: loner.access).answer.text)
        #expect(answers.count == 1)
    }

    @Test("What was changed a moment ago counts already, and an ended session asks nothing")
    func live() async throws {
        let business = try await site.business()
        let (person, tokens) = try await business.member("Staff")
        #expect(try await check("manage_rooms", token: tokens.access)["allowed"] == true)
        let usuario = try await business.role("Usuario")
        try await site.database.run("UPDATE portero.memberships SET role_id = \(usuario) WHERE user_id = \(person.id)")
        #expect(try await check("manage_rooms", token: tokens.access)["allowed"] == false)
        _ = try await visitor.post("/auth/logout", token: tokens.access)
        #expect(try await check("manage_rooms", token: tokens.access).shape == Reply.problem(401))
    }
}
