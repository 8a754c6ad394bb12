import Foundation
import Postgres
import Support
import Testing

/// An organization as the page of escape-room supposes it before one of its examples, and what the page's values mean in it.
struct PageBusiness: Sendable {
    /// What the examples find in their shell.
    let environment: [String: String]
    private let origin: String
    private let meanings: [(written: String, meant: String)]

    init(for route: String, at site: Site) async throws {
        let business = try await site.business("Mi Escape Room")
        let employee = try await business.member("Usuario", "Juan García")
        let (visitor, admin) = (business.visitor, business.admin)
        let staff = try await business.role("Staff").uuidString.lowercased()
        let own = try await business.makeRole("Taquilla", ["manage_rooms"]).uuidString.lowercased()
        let changed = try await visitor.patch(
            "\(business.path)/members/\(employee.person.idText)",
            ["role_id": .string(staff)],
            token: business.tokens.access
        )
        #expect(changed.status == 200)
        if route != "POST /organizations/{id}/permissions" {
            let added = try await visitor.post(
                "\(business.path)/permissions",
                ["name": "run_bar"],
                token: business.tokens.access
            )
            #expect(added.status == 201)
        }
        let key = try await visitor.post(
            business.serviceKeys,
            ["name": "Reservas", "permissions": ["manage_bookings"]],
            token: business.tokens.access
        )
        let guest = try await site.person("Eva Nueva")
        let isNew = route == "POST /invitations/accept"
        let invitation = try await business.invitation(to: isNew ? Site.newEmail() : guest.email)
        _ = try await site.session(of: admin)
        let sessions = try await visitor.get("/auth/sessions", token: business.tokens.access).json?.array ?? []
        let session = try #require(sessions.first { $0["current"] == false }?["id"]?.string)
        let token =
            route == "GET /auth/invitations" ? try await site.session(of: guest).access : business.tokens.access
        environment = ["ACCESS_TOKEN": token, "SERVICE_KEY": key.string("key")]
        origin = "http://127.0.0.1:\(site.server.port)"
        func id(_ number: String) -> String { "01930000-0000-7000-8000-000000000\(number)" }
        let isRegistering = route == "POST /auth/register"
        meanings = [
            (id("001"), business.idText), (id("101"), employee.person.idText), (id("201"), staff), (id("202"), staff),
            (id("203"), own), (id("301"), session), (id("401"), invitation.id), (id("601"), key.string("id")),
            ("usuario@ejemplo.com", isRegistering ? Site.newEmail() : admin.email),
            ("nuevo@ejemplo.com", Site.newEmail()),
            // Whoever is new chooses what the page shows.
            (
                #""ContraseñaSegura123!""#,
                isRegistering || isNew ? #""ContraseñaSegura123!""# : #""\#(admin.password)""#
            ),
            ("Zt0mH8v3kQ...", route == "POST /auth/refresh" ? business.tokens.refresh : invitation.token),
            ("eyJhbGciOiJIUzI1NiIsInR5cCI6...", business.tokens.access),
            ("123456", try await Self.code(for: route, to: admin, at: site)),
            ("2026-12-04T12:00:00Z", Date.now.addingTimeInterval(86_400).formatted(.iso8601)),
        ]
    }

    /// An example's text as it is typed here.
    func meant(_ text: String, of page: SurfacePage) throws -> String {
        try #require(text.contains(page.origin))
        return meanings.reduce(text.replacing(page.origin, with: origin)) { $0.replacing($1.written, with: $1.meant) }
    }

    /// The code that was mailed before the example is typed; none where it needs none.
    private static func code(for route: String, to person: Person, at site: Site) async throws -> String {
        let asking: String
        switch route {
        case "POST /auth/reset-password": asking = "/auth/forgot-password"
        case "POST /auth/verify-email":
            asking = "/auth/resend-verification"
            try await site.database.run("UPDATE portero.users SET email_verified_at = NULL WHERE id = \(person.id)")
        default: return ""
        }
        #expect(try await site.visitor().post(asking, ["email": .string(person.email)]).status == 200)
        return try await site.mails.code(to: person.email)
    }
}
