import Foundation
import Postgres
import Support
import Testing

@Suite("Organizations", .serving(), .serialized, .timeLimit(.minutes(10)))
struct OrganizationScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private static let shape =
        "{created_at: time, domains: [], id: uuid, name: string, role: {id: uuid, name: string, permissions: [string]}, "
        + "settings: {}, slug: string}"

    @Test("Anybody makes an organization, and is its Admin from then on")
    func create() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, visitor).access
        let slug = "cripta-\(UInt32.random(in: 0 ... .max))"
        let reply = try await visitor.post(
            "/organizations",
            ["name": "  La Cripta ", "slug": .string(slug), "id": "x", "role": "y"],
            token: token
        )
        #expect(reply.shape == "201 \(Self.shape)")
        #expect(reply["name"] == "La Cripta" && reply["slug"] == .string(slug))
        #expect(reply["role"]?["name"] == "Admin" && reply["role"]?["permissions"]?.array?.count == 7)
        let next = try await visitor.get("/auth/me", token: site.session(of: person, visitor).access)
        #expect(next["organization_id"] == reply["id"])
        #expect(try await site.events(of: person).contains("organization_created"))
        let last: String? = try await site.database.value(
            "SELECT last_organization_id::text FROM portero.users WHERE id = \(person.id)"
        )
        #expect(last == reply.string("id"))
    }

    @Test("The first organization is the one used last, a second one is not")
    func lastOrganization() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, visitor).access
        let first = try await visitor.post("/organizations", ["name": "Uno"], token: token)
        _ = try await visitor.post("/organizations", ["name": "Dos"], token: token)
        let me = try await visitor.get("/auth/me", token: site.session(of: person, visitor).access)
        #expect(me["organization_id"] == first["id"])
    }

    @Test(
        "Without a slug, one is made of the name, with something behind it where that is taken",
        arguments: [
            ("¡Café Ñandú & Cía.!", "cafe-nandu-cia"), ("ŁÓDŹ  Øst", "lodz-ost"), ("---", "organization"),
            ("日本", "organization"),
            (String(repeating: "Sala ", count: 40), "sala-sala-sala-sala-sala-sala-sala-sala-sala-sal"),
        ]
    )
    func madeSlug(name: String, slug: String) async throws {
        let token = try await site.session(of: site.person(), visitor).access
        let replies = [
            try await visitor.post("/organizations", ["name": .string(name)], token: token),
            try await visitor.post("/organizations", ["name": .string(name)], token: token),
        ]
        #expect(replies.map(\.status) == [201, 201])
        #expect(replies.allSatisfy { $0.string("slug").hasPrefix(slug) } && replies[0]["slug"] != replies[1]["slug"])
        #expect(replies[1].string("slug").wholeMatch(of: /[a-z-]+-[0-9a-f]{8}/) != nil)
    }

    static let badBodies: [(JSONText, [String])] = [
        ([:], ["name"]), (["name": nil], ["name"]), (["name": ""], ["name"]), (["name": "  "], ["name"]),
        (["name": 1], ["name"]), (["name": ["x"]], ["name"]), (["name": "a\nb"], ["name"]),
        (["name": "\u{202e}a"], ["name"]), (["name": .string(String(repeating: "ñ", count: 201))], ["name"]),
        (["name": "Uno", "slug": ""], ["slug"]), (["name": "Uno", "slug": 5], ["slug"]),
        (["name": "Uno", "slug": "-a"], ["slug"]), (["name": "Uno", "slug": "a-"], ["slug"]),
        (["name": "Uno", "slug": "A"], ["slug"]), (["name": "Uno", "slug": "a b"], ["slug"]),
        (["name": "Uno", "slug": "ñ"], ["slug"]), (["name": "Uno", "slug": "a_b"], ["slug"]),
        (["name": "Uno", "slug": .string(String(repeating: "a", count: 64))], ["slug"]),
        (["slug": "a/b", "name": false], ["name", "slug"]),
    ]

    @Test("What cannot be a name or a slug is named, and nothing is made", arguments: badBodies)
    func badCreate(body: JSONText, fields: [String]) async throws {
        let token = try await site.session(of: site.person(), visitor).access
        let reply = try await visitor.post("/organizations", body, token: token)
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == fields)
        #expect(try await visitor.get("/organizations", token: token).json == [])
    }

    @Test("A slug that is taken is a 409 that names it, when making and when changing")
    func takenSlug() async throws {
        let (one, two) = (try await site.company(), try await site.company())
        let slug = try await visitor.get(one.path, token: one.token)["slug"]
        let replies = [
            try await visitor.post("/organizations", ["name": "Otra", "slug": slug ?? nil], token: two.token),
            try await visitor.patch(two.path, ["slug": slug ?? nil], token: two.token),
        ]
        for reply in replies {
            #expect(reply.shape == Reply.fieldProblem(409))
            #expect(reply.faultyFields == ["slug"])
        }
    }

    @Test("Everybody sees their own organizations with their role in each, and no others")
    func list() async throws {
        let company = try await site.company("Beta")
        let employee = try await site.employee(of: company, as: "Staff")
        let own = try await site.organization("Alfa", with: employee.person, as: "Admin")
        let gone = try await site.organization("Gamma", with: employee.person, as: "Staff")
        try await site.database.run(
            "UPDATE portero.memberships SET is_active = false WHERE organization_id = \(gone)"
        )
        let reply = try await visitor.get("/organizations", token: employee.token)
        #expect(
            reply.shape
                == "200 [{created_at: time, domains: [], id: uuid, name: string, role: {id: uuid, name: string}, "
                + "settings: {}, slug: string}]"
        )
        let list = reply.json?.array ?? []
        #expect(list.compactMap { $0["id"]?.string } == [own.uuidString.lowercased(), company.idText])
        #expect(list.compactMap { $0["role"]?["name"]?.string } == ["Admin", "Staff"])
        let stranger = try await site.session(of: site.person(), visitor).access
        #expect(try await visitor.get("/organizations", token: stranger).json == [])
    }

    @Test("Any member sees the organization, with what their role allows")
    func read() async throws {
        let company = try await site.company("Beta")
        let employee = try await site.employee(of: company, as: "Staff")
        let reply = try await visitor.get(company.path, token: employee.token)
        #expect(reply.shape == "200 \(Self.shape)")
        #expect(reply["role"]?["permissions"] == ["manage_bookings", "manage_rooms"])
    }

    @Test("Whatever is asked for without a good token is a 401", arguments: Endpoint.management)
    func unauthenticated(endpoint: Endpoint) async throws {
        let company = try await site.company()
        _ = try await visitor.post("/auth/logout", token: company.token)
        for token in [nil, company.token, "x"] {
            let reply = try await visitor.send(endpoint, in: company.idText, token: token)
            #expect(reply.shape == Reply.problem(401))
            #expect(reply.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
        }
    }

    @Test(
        "Another tenant's organization, one that nobody has and one that cannot be answer the same 404 to the byte",
        arguments: Endpoint.withinOrganizations
    )
    func foreign(endpoint: Endpoint) async throws {
        let (own, other) = (try await site.company(), try await site.company())
        let left = try await site.company()
        let barred = try await site.employee(of: left, as: "Admin")
        try await site.database.run(
            "UPDATE portero.memberships SET is_active = false WHERE user_id = \(barred.person.id)"
        )
        let before = try await site.database.state()
        var bodies: Set<String> = []
        for (id, token) in [
            (other.idText, own.token), (UUID().uuidString.lowercased(), own.token), ("x", own.token),
            (left.idText, barred.token), (other.idText.uppercased(), own.token),
        ] {
            let reply = try await visitor.send(endpoint, in: id, token: token)
            #expect(reply.status == 404)
            bodies.insert(reply.answer.text)
        }
        #expect(bodies.count == 1)
        #expect(try await site.database.state() == before)
    }

    @Test(
        "A member without the right is refused by 403 and by a row of the audit trail, with nothing else done",
        arguments: Endpoint.management.filter { $0.right != nil }
    )
    func missingRight(endpoint: Endpoint) async throws {
        let company = try await site.company()
        let right = try #require(endpoint.right)
        let all = [
            "manage_organization", "manage_users", "manage_roles", "manage_rooms", "manage_bookings", "manage_sessions",
            "view_audit_log",
        ]
        let employee = try await site.employee(of: company, allowing: all.filter { $0 != right })
        let before = try await site.database.state()
        let reply = try await visitor.send(endpoint, in: company.idText, token: employee.token)
        #expect(reply.shape == Reply.problem(403))
        #expect(reply.string("detail").contains(right))
        #expect(try await site.database.state() == before)
        #expect(try await site.events(of: company).last == "authz_fail \(right)")
    }

    @Test("What is changed is answered, kept and written down with what was before; what is left out stays")
    func change() async throws {
        let company = try await site.company("Vieja")
        let slug = "nueva-\(UInt32.random(in: 0 ... .max))"
        let settings: JSONText = ["theme": ["dark": true], "price": 12.5, "tags": ["a", "ñ", nil], "n": -3]
        let host = "\(slug).example"
        let reply = try await visitor.patch(
            company.path,
            [
                "name": " Nueva ", "slug": .string(slug), "settings": settings,
                "domains": [.string("B." + host.uppercased()), .string(host), .string(host)],
            ],
            token: company.token
        )
        #expect(reply.status == 200)
        #expect(reply["name"] == "Nueva" && reply["slug"] == .string(slug) && reply["settings"] == settings)
        #expect(reply["domains"] == [.string("b." + host), .string(host)])
        #expect(try await visitor.get(company.path, token: company.token).json == reply.json)
        let details = try await site.details(of: "organization_updated", in: company)
        #expect(details?["before"]?["name"] == "Vieja" && details?["after"]?["name"] == "Nueva")
        #expect(details?["before"]?["domains"] == [] && details?["settings_changed"] == true)

        let again = try await visitor.patch(company.path, ["domains": [.string(host)]], token: company.token)
        #expect(again["domains"] == [.string(host)] && again["name"] == "Nueva" && again["settings"] == settings)
        let count = try await site.events(of: company).count
        for body in [[:], ["name": nil, "settings": nil], ["name": "Nueva"], ["id": "x", "created_at": 1]] as [JSONText]
        {
            #expect(try await visitor.patch(company.path, body, token: company.token).json == again.json)
        }
        #expect(try await site.events(of: company).count == count)
    }

    static let badChanges: [(String, String)] = [
        (#"{"name":""}"#, "name"), (#"{"name":7}"#, "name"), (#"{"slug":"Ü"}"#, "slug"),
        (#"{"settings":[]}"#, "settings"), (#"{"settings":"{}"}"#, "settings"), (#"{"settings":1}"#, "settings"),
        (#"{"settings":{"a":1e131071}}"#, "settings"), (#"{"settings":{"a":[{"b":1e-99999}]}}"#, "settings"),
        (#"{"settings":{"a":1e99999999999999999999}}"#, "settings"),
        (#"{"settings":{"a":\#(String(repeating: "9", count: 40))}}"#, "settings"),
        (#"{"settings":{"a":"\#(String(repeating: "x", count: 16_384))"}}"#, "settings"),
        (#"{"domains":"a.example"}"#, "domains"), (#"{"domains":[1]}"#, "domains[0]"),
        (#"{"domains":["a.example","b.example:80"]}"#, "domains[1]"), (#"{"domains":[""]}"#, "domains[0]"),
        (#"{"domains":["https://a.example"]}"#, "domains[0]"), (#"{"domains":["127.0.0.1"]}"#, "domains[0]"),
        (#"{"domains":["a..example"]}"#, "domains[0]"), (#"{"domains":["-a.example"]}"#, "domains[0]"),
        (#"{"domains":["ñ.example"]}"#, "domains[0]"), (#"{"domains":["*.example"]}"#, "domains[0]"),
        (#"{"domains":["a.example."]}"#, "domains[0]"),
        (#"{"domains":["\#(String(repeating: "a", count: 64)).example"]}"#, "domains[0]"),
        (#"{"domains":[\#((0...20).map { "\"a\($0).example\"" }.joined(separator: ","))]}"#, "domains"),
    ]

    @Test("What cannot be is named, and nothing changes", arguments: badChanges)
    func badChange(body: String, field: String) async throws {
        let company = try await site.company()
        let before = try await visitor.get(company.path, token: company.token)
        let reply = try await visitor.send("PATCH", company.path, body: body, token: company.token)
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == [field])
        #expect(try await visitor.get(company.path, token: company.token).json == before.json)
    }

    @Test("A domain belongs to one organization: for another it is a 409 that names it, until it is given up")
    func takenDomain() async throws {
        let (one, two) = (try await site.company(), try await site.company())
        let host = JSONText.string("h\(UInt64.random(in: 0 ... .max)).example")
        #expect(try await visitor.patch(one.path, ["domains": [host]], token: one.token).status == 200)
        let reply = try await visitor.patch(two.path, ["name": "X", "domains": [host]], token: two.token)
        #expect(reply.shape == Reply.fieldProblem(409))
        #expect(reply.faultyFields == ["domains"])
        #expect(try await visitor.get(two.path, token: two.token)["name"] != "X")
        #expect(try await visitor.patch(one.path, ["domains": []], token: one.token)["domains"] == [])
        #expect(try await visitor.patch(two.path, ["domains": [host]], token: two.token).status == 200)
    }

    @Test("A deleted organization is gone with all that is its own; people keep their accounts, the trail its rows")
    func delete() async throws {
        let company = try await site.company()
        let employee = try await site.employee(of: company, as: "Staff")
        let reply = try await visitor.delete(company.path, token: company.token)
        #expect(reply.status == 204 && reply.answer.body.isEmpty)
        #expect(try await visitor.get(company.path, token: company.token).status == 404)
        let me = try await visitor.get("/auth/me", token: employee.token)
        #expect(me.status == 200 && me["organization_id"] == .null && me["organizations"] == [])
        #expect(try await site.events(of: company).last == "organization_deleted")
        for table in ["memberships", "roles", "role_permissions", "permissions", "organization_domains"] {
            let text: String? = try await site.database.value(
                """
                SELECT query_to_xml('SELECT count(*) AS n FROM portero.' || \(table)
                       || ' WHERE organization_id = ''' || \(company.idText) || '''', true, false, '')::text
                """
            )
            #expect(text?.contains("<n>0</n>") == true, "\(table)")
        }
    }

    @Test("Nobody takes the public host, nor the name of the organization that requests belong to which name none")
    func reserved() async throws {
        let settings = [
            "PORTERO_PUBLIC_URL": "https://auth.correo.example:8443/a", "PORTERO_DEFAULT_ORGANIZATION": "cuartel",
        ]
        try await Site.serving(settings) { site in
            let visitor = site.visitor()
            let token = try await site.session(of: site.person(), visitor).access
            let made = try await visitor.post("/organizations", ["name": "Uno", "slug": "cuartel"], token: token)
            #expect(made.status == 409)
            let organization = try await visitor.post("/organizations", ["name": "Uno"], token: token)
            let path = "/organizations/\(organization.string("id"))"
            let inIt = try await visitor.post(
                "/auth/switch-organization",
                ["organization_id": .string(organization.string("id"))],
                token: token
            ).string("access_token")
            #expect(try await visitor.patch(path, ["slug": "cuartel"], token: inIt).status == 409)
            #expect(try await visitor.patch(path, ["domains": ["auth.correo.example"]], token: inIt).status == 409)
            #expect(try await visitor.patch(path, ["domains": ["uno.correo.example"]], token: inIt).status == 200)
            try await site.database.run("UPDATE portero.organizations SET slug = 'cuartel' WHERE name = 'Uno'")
            #expect(try await visitor.patch(path, ["slug": "cuartel", "name": "Dos"], token: inIt).status == 200)
        }
    }
}
