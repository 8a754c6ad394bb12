import Foundation
import Postgres
import Support
import Testing

@Suite("Roles", .serving(), .serialized, .timeLimit(.minutes(10)))
struct RoleScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private static let shape =
        "{built_in: bool, created_at: time, description: string, id: uuid, members: integer, name: string, "
        + "permissions: [string]}"

    private func create(_ body: JSONText, in company: Company, as token: String? = nil) async throws -> Reply {
        try await visitor.post("\(company.path)/roles", body, token: token ?? company.token)
    }

    @Test("Any member sees the roles: those built in first, and how many have each")
    func list() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Usuario")
        _ = try await create(["name": "alfa", "permissions": []], in: company)
        let reply = try await visitor.get("\(company.path)/roles", token: employee.token)
        let list = reply.json?.array ?? []
        #expect(list.compactMap { $0["name"]?.string } == ["Admin", "Staff", "Usuario", "alfa"])
        #expect(list.compactMap { $0["members"]?.integer } == [1, 0, 1, 0])
        #expect(list.compactMap { $0["built_in"]?.bool } == [true, true, true, false])
        for role in list {
            let one = try await visitor.get("\(company.path)/roles/\(role["id"]?.string ?? "")", token: employee.token)
            #expect(one.json == role)
        }
    }

    @Test("A new role is answered, kept, and written down")
    func create() async throws {
        let company = try await site.company()
        let reply = try await create(
            [
                "name": " Jefa de sala ", "description": "Salas y reservas", "built_in": true,
                "permissions": ["manage_rooms", "manage_bookings", "manage_rooms"],
            ],
            in: company
        )
        #expect(reply.shape == "201 \(Self.shape)")
        #expect(reply["name"] == "Jefa de sala" && reply["built_in"] == false && reply["members"] == 0)
        #expect(reply["permissions"] == ["manage_bookings", "manage_rooms"])
        let details = try await site.details(of: "role_created", in: company)
        #expect(details?["role_id"] == reply["id"] && details?["permissions"] == reply["permissions"])
        #expect(try await create(["name": "Vacía", "permissions": []], in: company)["description"] == "")
    }

    @Test(
        "What cannot be is named, and nothing is made",
        arguments: [
            ([:], ["name", "permissions"]), (["name": "", "permissions": []], ["name"]),
            (["name": "a\tb", "permissions": []], ["name"]), (["name": "A", "permissions": nil], ["permissions"]),
            (["name": "A", "permissions": "manage_rooms"], ["permissions"]),
            (["name": "A", "permissions": [1]], ["permissions[0]"]),
            (["name": "A", "permissions": [""]], ["permissions[0]"]),
            (
                ["name": "A", "permissions": ["manage_rooms", "nope", "Manage_Rooms", "x y"]],
                ["permissions[1]", "permissions[2]", "permissions[3]"]
            ),
            (["name": "A", "permissions": ["ñ", "manage_rooms;"]], ["permissions[0]", "permissions[1]"]),
            (["name": "A", "description": 1, "permissions": []], ["description"]),
            (
                ["name": "A", "description": .string(String(repeating: "x", count: 501)), "permissions": []],
                ["description"]
            ),
            (["name": "A", "permissions": .array((0...100).map { "p\($0)" })], ["permissions"]),
        ] as [(JSONText, [String])]
    )
    func badBodies(body: JSONText, fields: [String]) async throws {
        let company = try await site.company()
        let role = try await create(["name": "Otra", "permissions": ["manage_rooms"]], in: company).string("id")
        let before = try await site.database.state()
        let reply = try await create(body, in: company)
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == fields)
        if body["name"] != nil, body["permissions"] != .null {
            let patched = try await visitor.patch("\(company.path)/roles/\(role)", body, token: company.token)
            #expect(patched.faultyFields == fields)
        }
        #expect(try await site.database.state() == before)
    }

    @Test("Another organization's own permission is as unknown as one that nobody has")
    func foreignPermission() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        _ = try await visitor.post("\(other.path)/permissions", ["name": "open_vault"], token: other.token)
        let replies = [
            try await create(["name": "A", "permissions": ["open_vault"]], in: company),
            try await create(["name": "A", "permissions": ["open_nothing"]], in: company),
        ]
        #expect(replies[0].answer.text == replies[1].answer.text)
        #expect(replies[0].faultyFields == ["permissions[0]"])
    }

    @Test("A name is taken within an organization, whatever its case or spelling of accents, and free in another")
    func takenName() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        let first = try await create(["name": "Jefa", "permissions": []], in: company)
        let second = try await create(["name": "Otra", "permissions": []], in: company)
        #expect(try await create(["name": "Gu\u{ed}a", "permissions": []], in: company).status == 201)
        #expect(try await create(["name": "jefa", "permissions": []], in: other).status == 201)
        for reply in [
            try await create(["name": "JEFA", "permissions": []], in: company),
            try await create(["name": "admin", "permissions": []], in: company),
            try await create(["name": "Gui\u{301}a", "permissions": []], in: company),
            try await visitor.patch(
                "\(company.path)/roles/\(second.string("id"))",
                ["name": "jefa"],
                token: company.token
            ),
        ] {
            #expect(reply.shape == Reply.fieldProblem(409))
            #expect(reply.faultyFields == ["name"])
        }
        let path = "\(company.path)/roles/\(first.string("id"))"
        #expect(try await visitor.patch(path, ["name": "JEFA"], token: company.token)["name"] == "JEFA")
    }

    @Test("A change holds on the next request of those who have the role, and is written down with what was before")
    func change() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, allowing: ["manage_users", "view_audit_log"])
        let me = try await visitor.get("/auth/me", token: employee.token)
        let path = "\(company.path)/roles/\(me["role"]?["id"]?.string ?? "")"
        #expect(try await visitor.get("\(company.path)/members", token: employee.token).status == 200)
        let reply = try await visitor.patch(
            path,
            ["name": "Nueva", "permissions": ["view_audit_log", "manage_rooms"]],
            token: company.token
        )
        #expect(reply["permissions"] == ["manage_rooms", "view_audit_log"] && reply["members"] == 1)
        #expect(try await visitor.get("\(company.path)/members", token: employee.token).status == 403)
        let after = try await visitor.get("/auth/me", token: employee.token)["role"]
        #expect(after?["name"] == "Nueva" && after?["permissions"] == ["manage_rooms", "view_audit_log"])
        let details = try await site.details(of: "privilege_permissions_changed", in: company)
        #expect(details?["before"]?["permissions"] == ["manage_users", "view_audit_log"])
        #expect(details?["after"]?["permissions"] == ["manage_rooms", "view_audit_log"])
        #expect(try await site.details(of: "role_updated", in: company)?["after"]?["role"] == "Nueva")
        let count = try await site.events(of: company).count
        for body in [
            [:], ["name": "Nueva"], ["permissions": ["manage_rooms", "view_audit_log"]], ["permissions": nil],
        ] as [JSONText] {
            #expect(try await visitor.patch(path, body, token: company.token).json == reply.json)
        }
        #expect(try await site.events(of: company).count == count)
        #expect(try await visitor.patch(path, ["permissions": []], token: company.token)["permissions"] == [])
    }

    @Test("Built-in roles stay as they are", arguments: ["Admin", "Staff", "Usuario"])
    func builtIn(name: String) async throws {
        let company = try await site.company()
        let path = "\(company.path)/roles/\(try await site.builtInRole(name, of: company))"
        let before = try await site.database.state()
        for reply in [
            try await visitor.patch(path, ["name": "Otro"], token: company.token),
            try await visitor.patch(path, ["permissions": []], token: company.token),
            try await visitor.delete(path, token: company.token),
        ] {
            #expect(reply.shape == Reply.problem(409))
        }
        #expect(try await site.database.state() == before)
    }

    @Test("A role that members have is not deleted, nor one of those who are barred; one that nobody has is")
    func delete() async throws {
        let company = try await site.company()
        let role = try await create(["name": "Jefa", "permissions": ["manage_rooms"]], in: company).string("id")
        let employee = try await site.employee(of: company, as: "Jefa")
        let path = "\(company.path)/roles/\(role)"
        let member = "\(company.path)/members/\(employee.person.idText)"
        #expect(try await visitor.delete(path, token: company.token).shape == Reply.problem(409))
        _ = try await visitor.patch(member, ["is_active": false], token: company.token)
        #expect(try await visitor.delete(path, token: company.token).shape == Reply.problem(409))
        _ = try await visitor.delete(member, token: company.token)
        #expect(try await visitor.delete(path, token: company.token).status == 204)
        #expect(try await visitor.get(path, token: company.token).shape == Reply.problem(404))
        let details = try await site.details(of: "role_deleted", in: company)
        #expect(details?["before"]?["permissions"] == ["manage_rooms"])
    }

    @Test("Nobody makes a role that allows what they lack, nor touches one")
    func ceiling() async throws {
        let company = try await site.company()
        let manager = try await site.employee(of: company, allowing: ["manage_roles", "manage_rooms"])
        let high = try await create(["name": "Alta", "permissions": ["manage_users"]], in: company).string("id")
        let low = try await create(["name": "Baja", "permissions": ["manage_rooms"]], in: company).string("id")
        let roles = "\(company.path)/roles"
        let before = try await site.database.state()
        for reply in [
            try await create(["name": "Nueva", "permissions": ["manage_users"]], in: company, as: manager.token),
            try await visitor.patch("\(roles)/\(low)", ["permissions": ["manage_users"]], token: manager.token),
            try await visitor.patch("\(roles)/\(high)", ["permissions": []], token: manager.token),
            try await visitor.patch("\(roles)/\(high)", ["name": "X"], token: manager.token),
            try await visitor.delete("\(roles)/\(high)", token: manager.token),
        ] {
            #expect(reply.shape == Reply.problem(403))
        }
        #expect(try await site.database.state() == before)
        #expect(
            try await create(["name": "N", "permissions": ["manage_rooms"]], in: company, as: manager.token).status
                == 201
        )
        #expect(try await visitor.patch("\(roles)/\(low)", ["permissions": []], token: manager.token).status == 200)
        #expect(try await visitor.delete("\(roles)/\(low)", token: manager.token).status == 204)
    }

    @Test("A role of another organization, one that nobody has and one that cannot be answer the same 404")
    func foreign() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        let role = try await create(["name": "Jefa", "permissions": []], in: other).string("id")
        var bodies: Set<String> = []
        for id in [role, UUID().uuidString.lowercased(), "x"] {
            let path = "\(company.path)/roles/\(id)"
            for reply in [
                try await visitor.get(path, token: company.token),
                try await visitor.patch(path, ["name": "X"], token: company.token),
                try await visitor.delete(path, token: company.token),
            ] {
                #expect(reply.status == 404)
                bodies.insert(reply.answer.text)
            }
        }
        #expect(bodies.count == 1)
    }

    @Test("Nobody takes manage_organization from the last who have it")
    func lastAdmin() async throws {
        let company = try await site.company()
        _ = try await create(["name": "Dueña", "permissions": ["manage_organization", "manage_roles"]], in: company)
        let owner = try await site.employee(of: company, as: "Dueña")
        let path = "\(company.path)/members/\(company.admin.idText)"
        #expect(try await visitor.delete(path, token: company.token).status == 204)
        let role = try await visitor.get("/auth/me", token: owner.token)["role"]?["id"]?.string ?? ""
        let reply = try await visitor.patch(
            "\(company.path)/roles/\(role)",
            ["permissions": ["manage_roles"]],
            token: owner.token
        )
        #expect(reply.shape == Reply.problem(409))
        #expect(try await visitor.get(company.path, token: owner.token)["role"]?["permissions"]?.array?.count == 2)
    }

    @Test("An organization has at most 200 roles")
    func limit() async throws {
        let company = try await site.company()
        try await site.database.run(
            """
            INSERT INTO portero.roles (id, organization_id, name)
            SELECT gen_random_uuid(), \(company.id), 'Rol ' || i FROM generate_series(1, 197) i
            """
        )
        #expect(try await create(["name": "Una de más", "permissions": []], in: company).shape == Reply.problem(409))
    }
}
