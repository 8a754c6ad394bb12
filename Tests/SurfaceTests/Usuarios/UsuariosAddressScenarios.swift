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

    @Test("A new address is told to the old one, whose codes are void, and ends the sessions")
    func changed() async throws {
        let staff = try await Staff.hired(at: site)
        let visitor = site.visitor()
        let (person, token) = try await staff.member()
        let nowhere = try await site.session(of: person, visitor)
        try await site.database.run(
            "UPDATE portero.sessions SET organization_id = NULL WHERE id::text = \(JWT(nowhere.access).session)"
        )
        _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
        let code = try await site.mails.code(to: person.email)
        let (id, email) = (try await staff.number(of: person), Site.newEmail("nueva"))
        let reply = try await staff.send("PUT", "/usuarios/\(id)", ["email": .string(email)])
        #expect(reply.status == 200 && reply["email"] == .string(email))

        let told = try await site.mails.mail(to: person.email, number: 2)
        #expect(told.headers["subject"]?.isEmpty == false && told.text.contains("cambió el correo de tu cuenta"))
        #expect(!told.text.contains(email) && told.code == nil)
        for token in [token, nowhere.access] { #expect(try await visitor.get("/auth/me", token: token).status == 401) }
        #expect(try await visitor.post("/auth/refresh", ["refresh_token": .string(nowhere.refresh)]).status == 401)
        for address in [person.email, email] {
            let reset: JSONText = [
                "email": .string(address), "code": .string(code), "new_password": "Otra-Cripta-Sombra-43",
            ]
            #expect(try await visitor.post("/auth/reset-password", reset).status == 400)
        }
        #expect(try await visitor.post("/auth/login", person.credentials).status == 401)
        let moved = Person(id: person.id, email: email, name: person.name)
        #expect(try await visitor.post("/auth/login", moved.credentials).status == 200)
        #expect(try await facts(of: person) == "f address_changed")
        let verification: JSONText = [
            "email": .string(email), "code": .string(try await site.mails.code(to: email)),
        ]
        #expect(try await visitor.post("/auth/verify-email", verification).status == 200)
        #expect(try await facts(of: person) == "t address_changed")
        let rows = try await site.database.texts(
            """
            SELECT concat_ws(' ', actor_id, details ->> 'sessions') FROM portero.auth_logs
             WHERE organization_id = \(staff.organization) AND user_id = \(person.id) AND reason = 'address_changed'
            """
        )
        #expect(rows == ["\(staff.admin.idText) 2"])
    }

    @Test("Who changes their own address stays where they are, and nowhere else")
    func ownAddress() async throws {
        let staff = try await Staff.hired(at: site)
        let other = try await site.session(of: staff.admin)
        let id = try await staff.number(of: staff.admin)
        let reply = try await staff.send("PUT", "/usuarios/\(id)", ["email": .string(Site.newEmail("nueva"))])
        #expect(reply.status == 200)
        #expect(try await staff.get("/usuarios/\(id)").status == 200)
        #expect(try await site.visitor().get("/auth/me", token: other.access).status == 401)
        _ = try await site.mails.mail(to: staff.admin.email) { $0.text.contains("cambió el correo de tu cuenta") }
    }

    @Test("An address that is written in other capitals, or sent as it is, is no new one")
    func sameAddress() async throws {
        let staff = try await Staff.hired(at: site)
        let (person, token) = try await staff.member()
        let id = try await staff.number(of: person)
        for address in [person.email, person.email.uppercased()] {
            let reply = try await staff.send("PUT", "/usuarios/\(id)", ["email": .string(address)])
            #expect(reply["email"] == .string(address))
        }
        #expect(try await site.visitor().get("/auth/me", token: token).status == 200)
        #expect(try await facts(of: person) == "t")
        let mails = try await site.database.count(
            "SELECT count(*) FROM portero.mail_outbox WHERE lower(recipient) = \(person.email)"
        )
        #expect(mails == 0)
    }

    /// Whether the address is verified, and why sessions have ended.
    private func facts(of person: Person) async throws -> String? {
        try await site.database.value(
            """
            SELECT concat_ws(' ', u.email_verified_at IS NOT NULL, (
                       SELECT string_agg(DISTINCT s.ended_reason, ' ') FROM portero.sessions s WHERE s.user_id = u.id
                   ))
              FROM portero.users u WHERE u.id = \(person.id)
            """
        )
    }
}
