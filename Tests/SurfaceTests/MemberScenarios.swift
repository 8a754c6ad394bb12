import Foundation
import Postgres
import Support
import Testing

@Suite("Members", .serving(), .serialized, .timeLimit(.minutes(10)))
struct MemberScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func names(_ reply: Reply) -> [String] {
        (reply["data"]?.array ?? []).compactMap { $0["full_name"]?.string }
    }

    private func list(_ company: Company, _ query: String) async throws -> Reply {
        try await visitor.get("\(company.path)/members\(query)", token: company.token)
    }

    @Test("The list shows who works there, as what and since when, and no secret")
    func shape() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        let reply = try await list(company, "")
        #expect(
            reply.shape
                == "200 {data: [{email: string, full_name: string, is_active: bool, joined_at: time, last_login_at: time, "
                + "role: {id: uuid, name: string}, user_id: uuid, username: null}], limit: integer, page: integer, "
                + "total: integer}"
        )
        #expect(names(reply) == ["Ada Admin", "Eva Empleada"])
        #expect(reply["total"] == 2 && reply["page"] == 1 && reply["limit"] == 20)
        #expect(reply["data"]?.array?.last?["user_id"] == .string(employee.person.idText))
    }

    @Test("Pages of each order join to the whole list, each member once, also where names are the same")
    func pages() async throws {
        let company = try await site.company()
        try await site.crowd(45, in: company)
        for sort in ["full_name", "email", "created_at", "role"] {
            for order in ["asc", "DESC"] {
                var seen: [String] = []
                for page in 1...5 {
                    let reply = try await list(company, "?page=\(page)&limit=10&sort=\(sort)&order=\(order)")
                    #expect(reply["total"] == 46)
                    seen += (reply["data"]?.array ?? []).compactMap { $0["user_id"]?.string }
                }
                #expect(seen.count == 46 && Set(seen).count == 46, "\(sort) \(order)")
            }
        }
        let beyond = try await list(company, "?page=6&limit=10")
        #expect(beyond["data"] == [] && beyond["total"] == 46)
        let ascending = names(try await list(company, "?limit=100&search=persona"))
        let descending = names(try await list(company, "?limit=100&search=persona&order=desc"))
        #expect(ascending == ascending.sorted())
        #expect(Set(ascending) == Set(descending) && descending.first == ascending.last)
    }

    @Test(
        "A search is a literal, without regard to case and accents, in names, addresses and usernames",
        arguments: [
            ("nunez", ["Íñigo Núñez"]), ("ÍÑI", ["Íñigo Núñez"]), ("N%C3%BA%C3%B1ez", ["Íñigo Núñez"]),
            ("n%CC%83ez", ["Íñigo Núñez"]), ("100%25", ["Cien 100% Seguro"]), ("%25", ["Cien 100% Seguro"]),
            ("_", ["Sub_Rayado"]), ("%5C", ["Ba\\rra"]), ("ENIGMA.77", ["Sub_Rayado"]), ("buzon-raro", ["Ba\\rra"]),
            ("'%20OR%201=1--", []), ("nadie", []), ("100%25%20seg", ["Cien 100% Seguro"]), ("(", []), ("%5Bs", []),
            ("%CC%81", []),
        ]
    )
    func search(text: String, found: [String]) async throws {
        let company = try await site.company()
        for name in ["Íñigo Núñez", "Cien 100% Seguro", "Sub_Rayado", "Ba\\rra"] {
            let person = try await site.person(name)
            if name == "Sub_Rayado" {
                let username = "Enigma.77.\(UInt32.random(in: 0 ... .max))"
                try await site.database.run("UPDATE portero.users SET username = \(username) WHERE id = \(person.id)")
            }
            if name == "Ba\\rra" {
                let email = "Buzon-Raro-\(UInt32.random(in: 0 ... .max))@correo.example"
                try await site.database.run("UPDATE portero.users SET email = \(email) WHERE id = \(person.id)")
            }
            try await site.join(person, to: company.id, as: "Staff")
        }
        let encoded = text.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed.union(["%"])) ?? text
        let reply = try await list(company, "?search=\(encoded.replacing("%25C3", with: "%C3"))")
        #expect(names(reply) == found)
        #expect(reply["total"] == .integer(found.count))
    }

    @Test("Who is renamed is found by their new name at once, and no more by the old one")
    func renamed() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, "Berta Vieja", as: "Staff")
        _ = try await visitor.patch("/auth/me", ["full_name": "Zoraida Nueva"], token: employee.token)
        #expect(names(try await list(company, "?search=zoraida")) == ["Zoraida Nueva"])
        #expect(names(try await list(company, "?search=berta")) == [])
        #expect(names(try await list(company, "?order=desc")).first == "Zoraida Nueva")
    }

    @Test(
        "What cannot be asked for is named",
        arguments: [
            ("page=0", "page"), ("page=-1", "page"), ("page=1.0", "page"), ("page=x", "page"), ("page=", "page"),
            ("page=9223372036854775807", "page"), ("page=9223372036854775808", "page"), ("page=1&page=2", "page"),
            ("page=%2B1", "page"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=1e2", "limit"),
            ("sort=password_hash", "sort"), ("sort=id;--", "sort"), ("sort=", "sort"), ("sort=FULL_NAME", "sort"),
            ("order=up", "order"), ("order=", "order"), ("search=%00", nil), ("search=%ff", nil),
            ("search=a%0Ab", "search"),
            ("search=\(String(repeating: "a", count: 201))", "search"), ("search=a&search=b", "search"),
        ] as [(String, String?)]
    )
    func badQuery(query: String, field: String?) async throws {
        let company = try await site.company()
        let reply = try await list(company, "?\(query)")
        #expect(reply.status == 400)
        #expect(reply.faultyFields == (field.map { [$0] } ?? []))
    }

    @Test("Another role holds on the very next request, and stands in the trail with the one before")
    func changeRole() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        let member = "\(company.path)/members/\(employee.person.idText)"
        let admin = try await site.builtInRole("Admin", of: company)
        #expect(try await visitor.get("\(company.path)/members", token: employee.token).status == 403)
        let reply = try await visitor.patch(member, ["role_id": .string(admin)], token: company.token)
        #expect(reply.status == 200 && reply["role"]?["name"] == "Admin" && reply["is_active"] == true)
        #expect(try await visitor.get("\(company.path)/members", token: employee.token).status == 200)
        #expect(try await visitor.get("/auth/me", token: employee.token)["role"]?["name"] == "Admin")
        let usuario = try await site.builtInRole("Usuario", of: company)
        #expect(try await visitor.patch(member, ["role_id": .string(usuario)], token: company.token).status == 200)
        #expect(try await visitor.get("\(company.path)/members", token: employee.token).status == 403)
        let details = try await site.details(of: "authz_change", in: company)
        #expect(details?["before"]?["role"] == "Admin" && details?["after"]?["role"] == "Usuario")
        let (user, actor) = (employee.person.id, company.admin.id)
        let rows = try await site.database.count(
            """
            SELECT count(*) FROM portero.auth_logs WHERE event = 'authz_change' AND user_id = \(user)
               AND actor_id = \(actor) AND organization_id = \(company.id) AND session_id IS NOT NULL
            """
        )
        #expect(rows == 2)
    }

    @Test("A member who is barred works there no more from the next request on, and again once let in")
    func bar() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        let member = "\(company.path)/members/\(employee.person.idText)"
        #expect(try await visitor.patch(member, ["is_active": false], token: company.token)["is_active"] == false)
        let me = try await visitor.get("/auth/me", token: employee.token)
        #expect(me["organization_id"] == .null && me["role"] == .null && me["organizations"] == [])
        #expect(try await visitor.get(company.path, token: employee.token).status == 404)
        #expect(try await visitor.get("\(company.path)/roles", token: employee.token).status == 404)
        #expect(try await visitor.delete(member, token: employee.token).status == 404)
        #expect(try await visitor.patch(member, ["is_active": true], token: company.token)["is_active"] == true)
        #expect(try await visitor.get("/auth/me", token: employee.token)["role"]?["name"] == "Staff")
        #expect(try await site.events(of: company) == ["user_membership_updated", "user_membership_updated"])
    }

    @Test(
        "A change of nothing answers the member and is no event",
        arguments: [[:], ["is_active": true], ["x": 1]] as [JSONText]
    )
    func changeOfNothing(body: JSONText) async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        let reply = try await visitor.patch(
            "\(company.path)/members/\(employee.person.idText)",
            body,
            token: company.token
        )
        #expect(reply.status == 200 && reply["role"]?["name"] == "Staff")
        #expect(try await site.events(of: company) == [])
    }

    @Test("Anybody leaves, also without any right; who is removed or has left sees nothing from then on")
    func leave() async throws {
        let company = try await site.company()
        let (one, two) = (
            try await site.employee(of: company, as: "Usuario"), try await site.employee(of: company, as: "Staff")
        )
        let reply = try await visitor.delete("\(company.path)/members/\(one.person.idText)", token: one.token)
        #expect(reply.status == 204 && reply.answer.body.isEmpty)
        let other = try await visitor.delete("\(company.path)/members/\(two.person.idText)", token: company.token)
        #expect(other.status == 204)
        for token in [one.token, two.token] {
            #expect(try await visitor.get(company.path, token: token).status == 404)
            #expect(try await visitor.get("/auth/me", token: token)["organizations"] == [])
        }
        #expect(
            try await site.events(of: company) == ["user_membership_deleted left", "user_membership_deleted removed"]
        )
    }

    @Test("A role that is not one of this organization's is a 400 that names it")
    func foreignRole() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        let employee = try await site.employee(of: company, as: "Staff")
        let before = try await site.database.state()
        for role in [try await site.builtInRole("Staff", of: other), UUID().uuidString.lowercased(), "x"] {
            let reply = try await visitor.patch(
                "\(company.path)/members/\(employee.person.idText)",
                ["role_id": .string(role)],
                token: company.token
            )
            #expect(reply.shape == Reply.fieldProblem())
            #expect(reply.faultyFields == ["role_id"])
        }
        #expect(try await site.database.state() == before)
    }

    @Test("Wrong types are named")
    func wrongTypes() async throws {
        let company = try await site.company()
        let reply = try await visitor.patch(
            "\(company.path)/members/\(company.admin.idText)",
            ["role_id": 1, "is_active": "no"],
            token: company.token
        )
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == ["role_id", "is_active"])
    }

    @Test("Who is no member is a 404, whoever they are")
    func noMember() async throws {
        let (company, other) = (try await site.company(), try await site.company())
        var bodies: Set<String> = []
        for id in [other.admin.idText, UUID().uuidString.lowercased(), "x", "%20"] {
            for reply in [
                try await visitor.patch("\(company.path)/members/\(id)", ["is_active": false], token: company.token),
                try await visitor.delete("\(company.path)/members/\(id)", token: company.token),
            ] {
                #expect(reply.shape == Reply.problem(404))
                bodies.insert(reply.answer.text)
            }
        }
        #expect(bodies.count == 1)
    }

    @Test("Nobody changes or removes who may do more than they, nor gives such a role, themselves included")
    func ceiling() async throws {
        let company = try await site.company()
        let manager = try await site.employee(of: company, "Marta Manager", allowing: ["manage_users", "manage_rooms"])
        let staff = try await site.employee(of: company, as: "Staff")
        let plain = try await site.employee(of: company, as: "Usuario")
        let admin = try await site.builtInRole("Admin", of: company)
        let usuario = try await site.builtInRole("Usuario", of: company)
        let before = try await site.database.state()
        let refusals: [(Person, JSONText?)] = [
            (company.admin, ["is_active": false]), (company.admin, ["role_id": .string(usuario)]), (company.admin, nil),
            (staff.person, ["role_id": .string(usuario)]), (staff.person, ["is_active": false]), (staff.person, nil),
            (plain.person, ["role_id": .string(admin)]), (manager.person, ["role_id": .string(admin)]),
        ]
        for (person, body) in refusals {
            let path = "\(company.path)/members/\(person.idText)"
            let reply =
                if let body { try await visitor.patch(path, body, token: manager.token) } else {
                    try await visitor.delete(path, token: manager.token)
                }
            #expect(reply.shape == Reply.problem(403))
        }
        #expect(try await site.database.state() == before)
        #expect(try await site.events(of: company).count { $0 == "authz_fail grants_more_than_held" } == refusals.count)
        let rooms = try await site.role("Salas", allowing: ["manage_rooms"], in: company)
        let path = "\(company.path)/members/\(plain.person.idText)"
        let given = try await visitor.patch(path, ["role_id": .string(rooms.uuidString)], token: manager.token)
        #expect(given["role"]?["name"] == "Salas")
        #expect(try await visitor.delete(path, token: manager.token).status == 204)
    }

    @Test("The last Admin neither leaves, nor is removed, demoted or barred: 409, until there is another one")
    func lastAdmin() async throws {
        let company = try await site.company()
        _ = try await site.employee(of: company, as: "Staff")
        let path = "\(company.path)/members/\(company.admin.idText)"
        let staff = try await site.builtInRole("Staff", of: company)
        let before = try await site.database.state()
        for reply in [
            try await visitor.delete(path, token: company.token),
            try await visitor.patch(path, ["role_id": .string(staff)], token: company.token),
            try await visitor.patch(path, ["is_active": false], token: company.token),
        ] {
            #expect(reply.shape == Reply.problem(409))
        }
        #expect(try await site.database.state() == before)
        #expect(try await site.events(of: company) == [])
        _ = try await site.employee(of: company, as: "Admin")
        #expect(try await visitor.delete(path, token: company.token).status == 204)
    }

    @Test("Of two Admins who leave at once, or demote each other, one stays", arguments: 0..<8)
    func leavingAtOnce(round: Int) async throws {
        let company = try await site.company()
        let other = try await site.employee(of: company, as: "Admin")
        let staff = try await site.builtInRole("Staff", of: company)
        let (first, second) = (company.admin.idText, other.person.idText)
        let replies = try await site.atOnce(2) { visitor, number in
            let token = number == 0 ? company.token : other.token
            if round.isMultiple(of: 2) {
                return try await visitor.delete("\(company.path)/members/\(number == 0 ? first : second)", token: token)
            }
            return try await visitor.patch(
                "\(company.path)/members/\(number == 0 ? second : first)",
                ["role_id": .string(staff)],
                token: token
            )
        }
        let statuses = replies.map(\.status).sorted()
        #expect(round.isMultiple(of: 2) ? statuses == [204, 409] : statuses == [200, 403])
        let admins = try await site.database.count(
            """
            SELECT count(*) FROM portero.memberships m JOIN portero.roles r ON r.id = m.role_id
             WHERE m.organization_id = \(company.id) AND r.name = 'Admin' AND m.is_active
            """
        )
        #expect(admins == 1)
    }
}

extension Site {
    /// Makes many people members of an organization; some have the same name.
    func crowd(_ count: Int, in company: Company) async throws {
        try await database.run(
            """
            WITH people AS (
                INSERT INTO portero.users (id, email, full_name)
                SELECT gen_random_uuid(), 'persona-' || gen_random_uuid() || '@correo.example', 'Persona ' || i % 7
                  FROM generate_series(1, \(Int32(count))) i
                RETURNING id
            )
            INSERT INTO portero.memberships (organization_id, user_id, role_id)
            SELECT \(company.id), p.id, r.id FROM people p JOIN portero.roles r
                ON r.organization_id = \(company.id) AND r.name = 'Staff'
            """
        )
    }
}
