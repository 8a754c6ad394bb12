import Postgres
import Support
import Testing

/// How long a refused login takes tells nobody who is registered, nor who belongs where.
@Suite(
    "Timing of the bound logins",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "1000", "PORTERO_WORKERS": "1"]) { $1 }),
    .serialized,
    .timeLimit(.minutes(10))
)
struct BoundTimingScenarios {
    enum Known: String, CaseIterable, Sendable {
        case member = "a member's account"
        /// With the right password, which is looked at like a wrong one.
        case stranger = "an account that belongs elsewhere"
    }

    let site: Site

    init() throws {
        site = try Site.here()
    }

    private func expectAlike(_ known: String, _ password: String, _ unknown: String, at contract: Contract) async throws
    {
        let doors = try Doors(to: site.server)
        try await TimeComparison.expectAlike("accounts", pairs: 25, upTo: 90) { pair in
            if pair == 0 { try await site.database.run("DELETE FROM portero.login_failures") }
            try await refused(known, password, at: contract, doors)
        } _: { _ in
            try await refused(unknown, password, at: contract, doors)
        }
    }

    private func refused(_ name: String, _ password: String, at contract: Contract, _ doors: Doors) async throws {
        let reply = try await contract.login(name, password, at: doors)
        #expect(reply.status == 401)
    }

    @Test("A refused login takes as long for an account as for none", arguments: Contract.boundLogins, Known.allCases)
    func logins(contract: Contract, known: Known) async throws {
        let person = known == .member ? try await site.boundMember() : try await site.person()
        if known == .stranger { _ = try await site.organization("Otra", with: person, as: "Usuario") }
        let password = known == .stranger ? person.password : "Falsa-Cripta-99!"
        try await expectAlike(person.email, password, Site.newEmail(), at: contract)
    }

    @Test("So it does for a username as for none")
    func usernames() async throws {
        let person = try await site.boundMember()
        let name = "ana\(UInt32.random(in: 0 ... .max))"
        try await site.database.run("UPDATE portero.users SET username = \(name) WHERE id = \(person.id)")
        try await expectAlike(name, "Falsa-Cripta-99!", name + "x", at: .usuarios)
    }
}
