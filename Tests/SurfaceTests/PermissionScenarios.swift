import Foundation
import Postgres
import Support
import Testing

@Suite("Permissions", .serving(), .serialized, .timeLimit(.minutes(10)))
struct PermissionScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func create(_ body: JSONText, in company: Company, as token: String? = nil) async throws -> Reply {
        try await visitor.post("\(company.path)/permissions", body, token: token ?? company.token)
    }

    private func names(_ token: String) async throws -> [String] {
        let reply = try await visitor.get("/permissions", token: token)
        #expect(reply.shape == "200 [{built_in: bool, description: string, name: string}]")
        return (reply.json?.array ?? []).filter { $0["built_in"] == false }.compactMap { $0["name"]?.string }
    }

    @Test("The catalogue is what is built in, and what the organization of the token has added")
    func catalogue() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        let stranger = try await site.session(of: site.person(), visitor).access
        #expect(try await create(["name": "run_bar", "description": "La barra"], in: company).status == 201)
        #expect(try await create(["name": "open_vault"], in: other).status == 201)
        #expect(try await names(company.token) == ["run_bar"])
        #expect(try await names(other.token) == ["open_vault"])
        #expect(try await names(stranger) == [])
        #expect(try await visitor.get("/permissions", token: stranger).json?.array?.count == 7)
    }

    @Test("A new permission is Admin's at once, and can be given from then on")
    func create() async throws {
        let company = try await site.company()
        let reply = try await create(["name": "run_bar", "description": " La barra "], in: company)
        #expect(reply.shape == "201 {built_in: bool, description: string, name: string}")
        #expect(reply.json == ["name": "run_bar", "description": "La barra", "built_in": false])
        let role = try await visitor.get(company.path, token: company.token)["role"]
        #expect(role?["permissions"]?.array?.contains("run_bar") == true)
        let made = try await visitor.post(
            "\(company.path)/roles",
            ["name": "Barra", "permissions": ["run_bar"]],
            token: company.token
        )
        #expect(made["permissions"] == ["run_bar"])
        #expect(try await site.details(of: "permission_created", in: company)?["permission"] == "run_bar")
    }

    @Test(
        "What cannot be a name is named",
        arguments: [
            [:], ["name": nil], ["name": ""], ["name": "a"], ["name": "A_b"], ["name": "1ab"], ["name": "_ab"],
            ["name": "a-b"], ["name": "a b"], ["name": "año"], ["name": 7], ["name": ["run_bar"]],
            ["name": .string(String(repeating: "a", count: 64))], ["name": "a;b"],
        ] as [JSONText]
    )
    func badNames(body: JSONText) async throws {
        let company = try await site.company()
        let reply = try await create(body, in: company)
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == ["name"])
        #expect(try await names(company.token) == [])
    }

    @Test(
        "A name is taken by what is built in too, and free in another organization",
        arguments: ["run_bar", "manage_users"]
    )
    func takenName(name: String) async throws {
        let (company, other) = (try await site.company(), try await site.company())
        if name == "run_bar" {
            for company in [company, other] {
                #expect(try await create(["name": .string(name)], in: company).status == 201)
            }
        }
        let reply = try await create(["name": .string(name)], in: company)
        #expect(reply.shape == Reply.fieldProblem(409))
        #expect(reply.faultyFields == ["name"])
    }

    @Test("A deleted permission vanishes from the roles, and the trail says from which")
    func delete() async throws {
        let company = try await site.company()
        _ = try await create(["name": "run_bar"], in: company)
        let employee = try await site.employee(of: company, allowing: ["run_bar", "manage_rooms"])
        let reply = try await visitor.delete("\(company.path)/permissions/run_bar", token: company.token)
        #expect(reply.status == 204 && reply.answer.body.isEmpty)
        #expect(try await names(company.token) == [])
        #expect(try await visitor.get("/auth/me", token: employee.token)["role"]?["permissions"] == ["manage_rooms"])
        let roles = try await site.details(of: "permission_deleted", in: company)?["roles"]?.array ?? []
        #expect(roles.count == 2 && roles.first == "Admin")
    }

    @Test("What is built in stays: 409; what is another's, nobody's, or no name is the same 404")
    func refusals() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        _ = try await create(["name": "open_vault"], in: other)
        let path = "\(company.path)/permissions"
        let builtIn = try await visitor.delete("\(path)/manage_users", token: company.token)
        #expect(builtIn.shape == Reply.problem(409))
        var bodies: Set<String> = []
        for name in ["open_vault", "nothing_at_all", "X", "a%20b", "%C3%B1"] {
            let reply = try await visitor.delete("\(path)/\(name)", token: company.token)
            #expect(reply.status == 404)
            bodies.insert(reply.answer.text)
        }
        #expect(bodies.count == 1)
        #expect(try await names(other.token) == ["open_vault"])
    }

    @Test("Who manages roles adds permissions and deletes them, and holds none of them for that")
    func managed() async throws {
        let company = try await site.company()
        let manager = try await site.employee(of: company, allowing: ["manage_roles"])
        #expect(try await create(["name": "run_bar"], in: company, as: manager.token).status == 201)
        let path = "\(company.path)/permissions/run_bar"
        let role: JSONText = ["name": "Barman", "permissions": ["run_bar"]]
        let made = try await visitor.post("\(company.path)/roles", role, token: manager.token)
        #expect(made.shape == Reply.problem(403))
        #expect(try await visitor.delete(path, token: manager.token).status == 204)
    }

    @Test("An organization has at most 200 permissions of its own")
    func limit() async throws {
        let company = try await site.company()
        try await site.database.run(
            """
            INSERT INTO portero.permissions (organization_id, name)
            SELECT \(company.id), 'own_' || i FROM generate_series(1, 200) i
            """
        )
        #expect(try await create(["name": "one_more"], in: company).shape == Reply.problem(409))
    }
}
