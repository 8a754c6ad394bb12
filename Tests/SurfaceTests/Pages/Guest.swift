import Foundation
import Postgres
import Support
import Testing

/// Whoever follows a page: an Admin of the default organization who has logged in, and what stands for its examples' values.
struct Guest: Sendable {
    let site: Site
    let person: Person
    let session: TrackedSession
    /// What the examples write, and what is meant by it here.
    let meanings: [(written: String, meant: String)]

    init(at site: Site) async throws {
        self.site = site
        person = try await site.boundMember(as: "Admin")
        let visitor = site.visitor()
        session = try await visitor.track(person)
        let object = try #require(try await visitor.sesiones("GET", "/self", token: session.token).json)
        let organization = try await site.defaultOrganization()
        let role = try await site.database.count(
            "SELECT number FROM portero.roles WHERE organization_id = \(organization) AND name = 'Staff'"
        )
        let colleague = try await Self.employee(at: site)
        let start = object["Fecha_Inicio"]?.integer ?? 0
        meanings = [
            ("usuario@ejemplo.com", person.email), ("ana.llaves", person.email),
            ("search=ejemplo.com", "search=correo"),
            ("ContraseñaSegura123!", person.password), ("contraseña123", person.password),
            ("eyJhbGciOi...", session.token), ("4503599627370497", "\(session.number)"),
            ("\"ID_Usuario\": 1", "\"ID_Usuario\": \(object["ID_Usuario"]?.integer ?? 0)"),
            ("1764849660", "\(object["Ultima_Actividad"]?.integer ?? 0)"), ("1764849600", "\(start)"),
            ("1767441600", "\(object["Fecha_Expiracion"]?.integer ?? 0)"),
            ("/usuarios/9", "/usuarios/\(colleague)"), ("/roles/2", "/roles/\(role)"),
            ("\"rolId\": 2", "\"rolId\": \(role)"),
            ("from=2026-11-01", "from=\(Date.now.addingTimeInterval(-86_400).formatted(.iso8601).prefix(10))"),
        ]
        try await fail()
    }

    /// An example's text as it is typed here; where it is literal, people who do not exist yet keep their names.
    func meant(_ text: String, of page: SurfacePage, isLiteral: Bool = false) throws -> String {
        let port = page.contract == .usuarios ? try #require(site.server.usuariosPort) : site.server.port
        #expect(text.contains(page.origin))
        let local = text.replacing(page.origin, with: "http://127.0.0.1:\(port)")
        return meanings.reduce(local) { text, meaning in
            isLiteral && (meaning.written.contains("@") || meaning.written.hasSuffix("!"))
                ? text : text.replacing(meaning.written, with: meaning.meant)
        }
    }

    /// Somebody who works there, by number.
    private static func employee(at site: Site) async throws -> Int {
        let colleague = try await site.boundMember()
        try await site.database.run(
            """
            INSERT INTO portero.employees (organization_id, user_id, first_names, last_names, dni)
            VALUES (\(try await site.defaultOrganization()), \(colleague.id), 'Clara', 'Cerrojo', left(\(colleague.idText), 32))
            """
        )
        return try await site.number(of: colleague)
    }

    /// Logins that failed, enough of them to be suspicious.
    private func fail() async throws {
        try await site.database.run(
            """
            INSERT INTO portero.auth_logs (event, success, reason, user_id, organization_id, email, address)
            SELECT 'authn_login_fail', false, 'wrong_password', \(person.id), \(try await site.defaultOrganization()),
                   i || \(person.email), '203.0.113.9'
              FROM generate_series(1, 6) i
            """
        )
    }
}
