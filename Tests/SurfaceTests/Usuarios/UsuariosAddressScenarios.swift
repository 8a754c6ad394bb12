import Postgres
import Support
import Testing

/// Addresses of people, as those who manage them see and change them.
@Suite("The usuarios surface: addresses", .serving(Staff.listening), .timeLimit(.minutes(10)))
struct UsuariosAddressScenarios {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("Whoever has no username is sent back as they are shown, and nothing has changed")
    func roundTrip() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, _) = try await staff.member()
        let id = try await staff.number(of: person)
        let shown = try await staff.get("/usuarios/\(id)")
        #expect(shown["username"] == .string(person.email))
        let body = try #require(shown.json)
        for changes: [String: JSONText] in [[:], ["username": .string(person.email.uppercased())]] {
            let reply = try await staff.send("PUT", "/usuarios/\(id)", body.with(changes))
            #expect(reply.status == 200 && reply["username"] == .string(person.email), "\(reply.answer.text)")
        }
        #expect(try await staff.get("/usuarios/\(id)").json == body)
        let names = try await site.database.count(
            "SELECT count(*) FROM portero.users WHERE id = \(person.id) AND username IS NULL AND email = \(person.email)"
        )
        #expect(names == 1)
    }

    @Test("With a new address beside it, the old one counts in the place of the username, and so does the new one")
    func withNewAddress() async throws {
        let staff = try await Staff.hired(at: site)
        for isOld in [true, false] {
            let (person, _) = try await staff.member()
            let (id, email) = (try await staff.number(of: person), Site.newEmail("nueva"))
            let body: JSONText = ["username": .string(isOld ? person.email : email), "email": .string(email)]
            let reply = try await staff.send("PUT", "/usuarios/\(id)", body)
            #expect(reply.status == 200)
            #expect(reply["email"] == .string(email) && reply["username"] == .string(email))
            // What was theirs is no more.
            let late = try await staff.send("PUT", "/usuarios/\(id)", ["username": .string(person.email)])
            #expect(late.faultyFields == ["username"])
        }
    }

    @Test("Any other address is no username, nor is one's own where there is a name")
    func otherAddresses() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, _) = try await staff.member()
        let id = try await staff.number(of: person)
        func expectRefusal(_ address: String) async throws {
            let reply = try await staff.send("PUT", "/usuarios/\(id)", ["username": .string(address), "activo": true])
            #expect(reply.shape == "400 {errors: [{field: string, message: string}], message: string}", "\(address)")
            #expect(reply.faultyFields == ["username"] && reply["message"] == "Datos inválidos")
            #expect(reply["errors"]?.array?.first?["message"]?.string?.hasPrefix("admite de 3 a 64 letras") == true)
        }
        for address in [staff.admin.email, Site.newEmail(), "a@b", "@", String(repeating: "a", count: 65)] {
            try await expectRefusal(address)
        }
        #expect(try await staff.send("PUT", "/usuarios/\(id)", ["username": "bruno.candado"]).status == 200)
        try await expectRefusal(person.email)
        #expect(try await staff.get("/usuarios/\(id)")["username"] == "bruno.candado")
    }
}
