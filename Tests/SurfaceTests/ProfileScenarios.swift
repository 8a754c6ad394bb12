import Foundation
import Postgres
import Support
import Testing

@Suite("One's own profile", .serving(), .timeLimit(.minutes(10)))
struct ProfileScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    @Test("Somebody who works nowhere sees themselves, with no organization and no role")
    func withoutOrganization() async throws {
        let person = try await site.person("Juan García")
        let me = try await visitor.get("/auth/me", token: site.session(of: person, visitor).access)
        #expect(
            me.shape
                == "200 {created_at: time, email: string, full_name: string, id: uuid, is_active: bool, "
                + "organization: null, organization_id: null, organizations: [], role: null}"
        )
        #expect(me["id"] == .string(person.idText))
        #expect(me["email"] == .string(person.email))
        #expect(me["full_name"] == "Juan García")
        #expect(me["is_active"] == true)
    }

    @Test("A member sees the organization of the token, their role and what it allows, and all their organizations")
    func withOrganizations() async throws {
        let person = try await site.person()
        let first = try await site.organization("Mi Escape Room", with: person, as: "Staff")
        _ = try await site.organization("Alfa", with: person, as: "Admin")
        let me = try await visitor.get("/auth/me", token: site.session(of: person, visitor).access)
        #expect(
            me.shape
                == "200 {created_at: time, email: string, full_name: string, id: uuid, is_active: bool, "
                + "organization: {id: uuid, name: string}, organization_id: uuid, "
                + "organizations: [{id: uuid, name: string, role: string, slug: string}], "
                + "role: {id: uuid, name: string, permissions: [string]}}"
        )
        #expect(me["organization_id"] == .string(first.uuidString.lowercased()))
        #expect(me["organization"]?["name"] == "Mi Escape Room")
        #expect(me["role"]?["name"] == "Staff")
        #expect(me["role"]?["permissions"] == ["manage_bookings", "manage_rooms"])
        #expect(me["organizations"]?.array?.map { $0["name"] } == ["Alfa", "Mi Escape Room"])
        #expect(me["organizations"]?.array?.map { $0["role"] } == ["Admin", "Staff"])
    }

    @Test("An Admin is allowed everything that the server knows")
    func adminPermissions() async throws {
        let person = try await site.person()
        _ = try await site.organization("Uno", with: person, as: "Admin")
        let me = try await visitor.get("/auth/me", token: site.session(of: person, visitor).access)
        #expect(
            me["role"]?["permissions"] == [
                "manage_bookings", "manage_organization", "manage_roles", "manage_rooms", "manage_sessions",
                "manage_users",
                "view_audit_log",
            ]
        )
    }

    @Test("A change of role, a removal and a deactivation show in the very next request")
    func liveRights() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Admin")
        try await site.join(site.person(), to: organization, as: "Admin")
        let token = try await site.session(of: person, visitor).access
        try await site.database.run(
            """
            UPDATE portero.memberships m SET role_id = r.id FROM portero.roles r
             WHERE m.user_id = \(person.id) AND r.organization_id = m.organization_id AND r.name = 'Usuario'
            """
        )
        let demoted = try await visitor.get("/auth/me", token: token)
        #expect(demoted["role"]?["name"] == "Usuario" && demoted["role"]?["permissions"] == [])
        try await site.database.run(
            "UPDATE portero.memberships SET is_active = false WHERE user_id = \(person.id)"
        )
        let removed = try await visitor.get("/auth/me", token: token)
        #expect(removed["role"] == .null && removed["organization_id"] == .null && removed["organizations"] == [])
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        #expect(try await visitor.get("/auth/me", token: token).status == 401)
    }

    @Test("Two people in two organizations never see each other's")
    func tenantsApart() async throws {
        let (ana, bruno) = (try await site.person("Ana"), try await site.person("Bruno"))
        let hers = try await site.organization("Casa de Ana", with: ana, as: "Admin")
        let his = try await site.organization("Casa de Bruno", with: bruno, as: "Admin")
        let tokens = try await site.sessions(of: [ana, bruno], visitor)
        for _ in 0..<100 {
            for (token, own, other) in [(tokens[0].access, hers, his), (tokens[1].access, his, hers)] {
                let text = try await visitor.get("/auth/me", token: token).answer.text
                #expect(text.contains(own.uuidString.lowercased()) && !text.contains(other.uuidString.lowercased()))
            }
        }
    }

    @Test("A new name is trimmed, answered as the profile, kept, and written to the audit trail")
    func rename() async throws {
        let person = try await site.person("Ana Vieja")
        let token = try await site.session(of: person, visitor).access
        let reply = try await visitor.patch("/auth/me", ["full_name": " Ana Nueva "], token: token)
        let me = try await visitor.get("/auth/me", token: token)
        #expect(reply.status == 200 && reply.answer.body == me.answer.body)
        #expect(me["full_name"] == "Ana Nueva")
        #expect(try await site.events(of: person).last == "user_updated full_name")
    }

    @Test(
        "A change of nothing answers the profile and is no event",
        arguments: [[:], ["full_name": nil], ["full_name": "Ana Llaves"], ["x": 1]] as [JSONText]
    )
    func changeOfNothing(body: JSONText) async throws {
        let person = try await site.person("Ana Llaves")
        let token = try await site.session(of: person, visitor).access
        let reply = try await visitor.patch("/auth/me", body, token: token)
        #expect(reply.status == 200 && reply["full_name"] == "Ana Llaves")
        #expect(try await site.events(of: person).contains { $0.hasPrefix("user_updated") } == false)
    }

    @Test("Nobody changes more about themselves than their name")
    func massAssignment() async throws {
        let person = try await site.person()
        let token = try await site.session(of: person, visitor).access
        let question: SQL = """
            SELECT (to_jsonb(u) - 'full_name')::text FROM portero.users u WHERE id = \(person.id)
            """
        let before: String? = try await site.database.value(question)
        let reply = try await visitor.patch(
            "/auth/me",
            [
                "full_name": "Ana Otra", "id": "x", "email": "otra@correo.example", "is_active": false, "role": "Admin",
                "organization_id": "01930000-0000-7000-8000-000000000001", "password": "x", "password_hash": "$2b$",
                "email_verified_at": nil, "created_at": "2020-01-01T00:00:00Z", "username": "admin",
            ],
            token: token
        )
        #expect(reply["full_name"] == "Ana Otra")
        #expect(try await site.database.value(question) == before)
    }
}
