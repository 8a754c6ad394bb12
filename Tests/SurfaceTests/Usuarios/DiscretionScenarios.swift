import Foundation
import Postgres
import Support
import Testing

@Suite(
    "Salaries and dni",
    .serving(Staff.listening.merging(["PORTERO_LOG_LEVEL": "debug", "PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct DiscretionScenarios {
    private static let dni = "DNI-7734-X"

    let site: Site

    init() throws {
        site = try Site.here()
    }

    /// Somebody with an employee record, as the body of a request has it.
    private func employee(_ salary: String, dni: String = Self.dni) -> String {
        #"{"empleado":{"nombres":"Ana","apellidos":"Llaves","dni":"\#(dni)","salario":\#(salary)}}"#
    }

    private func put(_ body: String, on number: Int, of staff: Staff, token: String? = nil) async throws -> Reply {
        try await staff.visitor.send(
            "PUT",
            "/api/usuarios/\(number)",
            body: body,
            token: token ?? staff.token,
            headers: staff.headers
        )
    }

    @Test(
        "A salary is kept exactly, and answered as it is kept",
        arguments: [
            ("0", "0.00"), ("7", "7.00"), ("0.1", "0.10"), ("0.01", "0.01"), ("1500.10", "1500.10"),
            ("99999999.99", "99999999.99"), ("1234567890.10", "1234567890.10"), ("9999999999.99", "9999999999.99"),
            // What binary fractions get wrong when they are cut at two places.
            ("4.35", "4.35"), ("1.15", "1.15"), ("8589934592.01", "8589934592.01"),
        ]
    )
    func exact(sent: String, kept: String) async throws {
        let staff = try await Staff.hired(at: site)
        let number = try await staff.number(of: staff.admin)
        #expect(try await put(employee(sent), on: number, of: staff).status == 200)
        #expect(try await staff.get("/usuarios/\(number)").answer.text.contains(#""salario":\#(kept),"#))
        let stored: String? = try await site.database.value(
            "SELECT salary::text FROM portero.employees WHERE organization_id = \(staff.organization)"
        )
        #expect(stored == kept)
        // Not touched, it stays.
        #expect(try await put(#"{"empleado":{"telefono":"1"}}"#, on: number, of: staff).status == 200)
        #expect(try await staff.get("/usuarios/\(number)").answer.text.contains(#""salario":\#(kept),"#))
    }

    @Test("Nobody without manage_users is told a salary or a dni, by any contract, nor finds anybody by them")
    func onlyWithTheRight() async throws {
        let staff = try await Staff.hired(at: site)
        try await staff.role("Casi todo", ["manage_organization", "manage_roles", "manage_sessions", "view_audit_log"])
        let (person, token) = try await staff.member(as: "Casi todo")
        let number = try await staff.number(of: person)
        #expect(try await put(employee("7734.25"), on: number, of: staff).status == 200)
        let seen = try await staff.get("/usuarios/\(number)").answer.text
        #expect(seen.contains(Self.dni) && seen.contains("7734.25"))

        let organization = staff.organization.uuidString.lowercased()
        let main = site.visitor()
        let replies = [
            try await staff.get("/usuarios/\(number)", token), try await staff.get("/usuarios", token),
            try await staff.get("/sesiones", token), try await staff.get("/roles", token),
            try await put(#"{"empleado":{"telefono":"1"}}"#, on: number, of: staff, token: token),
            try await put(employee("1", dni: "otro"), on: number, of: staff, token: token),
            try await main.get("/auth/me", token: token), try await main.get("/auth/sessions", token: token),
            try await main.post("/auth/introspect", ["token": .string(token)], token: token),
            try await main.get("/organizations/\(organization)", token: token),
            try await main.get("/organizations/\(organization)/members", token: token),
            try await main.get("/organizations/\(organization)/audit-log", token: token),
            try await main.get("/api/auth/profile", token: token, headers: staff.headers),
            try await main.get("/api/auth/logs", token: token, headers: staff.headers),
            try await main.get("/api/auth/security/report", token: token, headers: staff.headers),
            try await main.get("/sesiones/self", headers: staff.headers + [("x-auth-token", token)]),
        ]
        #expect(replies.count { $0.status == 200 } >= 11)
        for reply in replies {
            for secret in [Self.dni, "7734.25", "salario", "\"dni\""] {
                #expect(!reply.answer.text.contains(secret), "\(reply.answer.text)")
            }
        }
        // Not even by trying letter after letter.
        for guess in [Self.dni, "dni", "7734", "7734-x", "d"] {
            let found = try await staff.get("/sesiones?search=\(guess)", token)
            let byRight = try await staff.get("/sesiones?search=\(guess)")
            let own = person.email.contains(guess) ? 1 : 0
            let admin = staff.admin.email.contains(guess) ? 1 : 0
            #expect(found["total"] == .integer(own + admin), "\(guess)")
            #expect(byRight["total"] == .integer(1 + admin), "\(guess)")
        }
        #expect(try await staff.get("/sesiones?search=ana%20llaves", token)["total"] == 1)
    }

    @Test("No log, audit row, mail, or other table holds a salary or a dni, whatever was done with them")
    func discretion() async throws {
        let staff = try await Staff.hired(at: site)
        let (_, plain) = try await staff.member()
        let newcomer = try await staff.newcomer()
        let made = try await staff.send(
            "POST",
            "/usuarios",
            newcomer.with([
                "empleado": ["nombres": "A", "apellidos": "B", "dni": .string(Self.dni), "salario": 7734.25]
            ])
        )
        let number = try #require(made["id"]?.integer)
        let own = try await staff.number(of: staff.admin)
        let replies = [
            try await put(employee("7734.26"), on: number, of: staff),
            try await put(employee("7734.27"), on: own, of: staff),
            try await put(employee("7734.27"), on: number, of: staff, token: plain),
            try await put(employee("7734.271"), on: number, of: staff),
            try await put(employee("7734.27") + "x", on: number, of: staff),
            try await staff.get("/usuarios?search=\(Self.dni)"),
            try await staff.get("/usuarios?sort=\(Self.dni)"),
            try await staff.get("/sesiones?search=\(Self.dni)", plain),
            try await staff.get("/nada?dni=\(Self.dni)&salario=7734.25"),
        ]
        #expect(replies.map(\.status) == [200, 409, 403, 400, 400, 200, 400, 403, 404])
        #expect(replies[5]["total"] == 1)
        let email = newcomer["email"]?.string ?? ""
        _ = try await site.mails.mail(to: email)
        #expect(try await staff.send("DELETE", "/usuarios/\(number)").status == 200)
        #expect(try await put(employee("7734.28"), on: own, of: staff).status == 200)

        let secrets = [Self.dni, Self.dni.lowercased(), "7734.2"]
        let log = try await eventually("the log of the last request") {
            let lines = site.server.log.filter { $0.contains("/api/usuarios/\(own)") }
            return lines.count >= 2 ? site.server.log.joined(separator: "\n") : nil
        }
        let mails = try site.mails.mails(to: email).map { "\($0.headers) \($0.text)" }
        #expect(!mails.isEmpty)
        for secret in secrets {
            #expect(!log.contains(secret))
            #expect(!mails.contains { $0.contains(secret) })
        }
        // One table after the other, as they stand in a dump.
        let dump = try await site.dump()
        let telling = dump.split(separator: "\nCOPY ").dropFirst().filter { part in
            secrets.contains { part.contains($0) }
        }
        let tables = telling.compactMap { $0.firstMatch(of: /^(\S+)/).map { String($0.1) } }
        #expect(tables.sorted() == ["portero.directory", "portero.employees"])
        #expect(dump.contains("\nCOPY portero.auth_logs"))
    }
}
