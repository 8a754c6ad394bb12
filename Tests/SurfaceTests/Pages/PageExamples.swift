import Foundation
import Postgres
import Support
import Testing

/// What stands in a shell's box on a page, run as it stands there but for the port and whose names and numbers they are.
@Suite(
    "The examples of the pages",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .serialized,
    .timeLimit(.minutes(10))
)
struct PageExamples {
    struct Example: Sendable, CustomTestStringConvertible {
        let contract: Contract
        let section: SurfacePage.Section

        var testDescription: String { "\(contract.rawValue): \(section.route)" }
        /// Whoever registers does not exist before.
        var isLiteral: Bool { section.route.hasSuffix("/register") || section.route == "POST /api/usuarios" }
    }

    private static func examples() throws -> [Example] {
        try Contract.bound.flatMap { contract in
            try SurfacePage(of: contract).sections.map { Example(contract: contract, section: $0) }
        }
    }

    /// What is there once, after the one example that leaves it behind.
    private static let traces: [String: SQL] = [
        "PUT /api/usuarios/{id}":
            "SELECT count(*) FROM portero.employees WHERE salary = 1900 AND status = 'vacaciones'",
        "DELETE /api/usuarios/{id}": "SELECT count(*) FROM portero.auth_logs WHERE event = 'user_deleted'",
        "POST /api/auth/security/cleanup":
            "SELECT count(*) FROM portero.auth_logs WHERE event = 'data_cleaned_up'",
    ]

    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("An example is answered as its page shows, and does what it says", arguments: try examples())
    func runs(_ example: Example) async throws {
        let page = try SurfacePage(of: example.contract)
        let guest = try await Guest(at: site)
        let typed = try guest.meant(try #require(example.section.example), of: page, isLiteral: example.isLiteral)
        let reply = try await Interpreter.type(typed, at: site, environment: ["TOKEN": guest.session.token])
        #expect(reply.status == example.section.status, "\(reply.output)")
        let answer = try #require(reply.json, "\(reply.output)")
        #expect(answer.resembles(try #require(example.section.answer)), "\(reply.output)")
        try await expectConsequence(of: example, answer, for: guest)
    }

    /// What an example leaves behind.
    private func expectConsequence(of example: Example, _ answer: JSONText, for guest: Guest) async throws {
        let visitor = site.visitor()
        func me(_ token: String?) async throws -> Int { try await visitor.get("/auth/me", token: token).status }
        let tokens = ["access_token", "accessToken", "token", "Token_Sesion"].compactMap { answer[$0]?.string }
        for token in tokens { #expect(try await me(token) == 200) }
        switch example.section.route {
        case let route where route.contains("logout") || route == "DELETE /api/auth/sessions/{id}":
            #expect(try await me(guest.session.token) == 401)
            return
        case let route where example.isLiteral && !route.isEmpty:
            let email = try #require(answer["email"]?.string ?? answer["user"]?["email"]?.string)
            let login: JSONText = ["email": .string(email), "password": "ContraseñaSegura123!"]
            #expect(try await visitor.post("/login", login).status == 200)
        case "PATCH /api/auth/change-password":
            let login = guest.person.with(password: "Nueva-Cripta-77!").credentials
            #expect(try await visitor.post("/login", login).status == 200)
        case "PUT /sesiones":
            let own = try await visitor.sesiones("GET", "/self", token: guest.session.token)
            #expect(own["Dispositivo"] == "Tableta")
        default: break
        }
        if let trace = Self.traces[example.section.route] { #expect(try await site.database.count(trace) == 1) }
        #expect(try await me(guest.session.token) == 200)
    }
}
