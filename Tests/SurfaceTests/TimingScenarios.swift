import Foundation
import Postgres
import Support
import Testing

/// How long an answer takes tells nobody who is registered.
@Suite(
    "Timing",
    .serving(["PORTERO_LOCKOUT_ATTEMPTS": "1000", "PORTERO_WORKERS": "1"]),
    .serialized,
    .timeLimit(.minutes(10))
)
struct TimingScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func login(_ email: String) async throws {
        let reply = try await visitor.post(
            "/auth/login",
            ["email": .string(email), "password": "Falsa-Cripta-99!"]
        )
        #expect(reply.status == 401)
    }

    /// Only what is asked for a code, for a statement has but a few seconds.
    private func analyze() async throws {
        try await site.database.run("ANALYZE portero.users, portero.one_time_codes, portero.absent_codes")
    }

    private func forget(_ email: String) async throws {
        let reply = try await visitor.post("/auth/forgot-password", ["email": .string(email)])
        #expect(reply.status == 200)
    }

    private func reset(_ email: String) async throws {
        let reply = try await visitor.post(
            "/auth/reset-password",
            ["email": .string(email), "code": "123456", "new_password": "Otra-Cripta-88!"]
        )
        #expect(reply.status == 400)
    }

    @Test(
        "A wrong password takes as long for an account as for none",
        arguments: ["open", "closed", "without a password", "with a cheaper hash", "with a hash of another kind"]
    )
    func logins(kind: String) async throws {
        let person = try await site.person()
        switch kind {
        case "closed": try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(person.id)")
        case "without a password":
            try await site.database.run("UPDATE portero.users SET password_hash = NULL WHERE id = \(person.id)")
        case "with a cheaper hash":
            try await store("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", of: person)
        case "with a hash of another kind":
            // Of no password at all, and of the cost that such hashes have.
            let ending = "c29tZXNhbHRzb21lc2FsdA$" + String(repeating: "A", count: 43)
            try await store("$argon2id$v=19$m=19456,t=2,p=1$" + ending, of: person)
        default: break
        }
        let unknown = Site.newEmail()
        try await TimeComparison.expectAlike("accounts", pairs: 30, upTo: 90) { pair in
            if pair == 0 { try await site.database.run("DELETE FROM portero.login_failures") }
            try await login(person.email)
        } _: { _ in
            try await login(unknown)
        }
    }

    private func store(_ hash: String, of person: Person) async throws {
        try await site.database.run("UPDATE portero.users SET password_hash = \(hash) WHERE id = \(person.id)")
    }

    @Test("The measurement tells apart what differs by five milliseconds, or by the noise of a machine that has more")
    func measurementIsSharp() async throws {
        var comparisons: [TimeComparison] = []
        for _ in 0..<5 {
            let ask = { (_: Int) in _ = try await visitor.get("/readyz") }
            let delay = max(.milliseconds(5), try await TimeComparison(pairs: 30, ask, ask).spread)
            let comparison = try await TimeComparison(pairs: 60) { pair in
                try await ask(pair)
                let end = ContinuousClock.now + delay
                while ContinuousClock.now < end {}
            } _: { pair in
                try await ask(pair)
            }
            if comparison.probability > TimeComparison.tolerance.upperBound { return }
            comparisons.append(comparison)
        }
        Issue.record("nothing was told apart: \(comparisons)")
    }

    @Test("Asking for a code takes as long for an account as for none")
    func forgotten() async throws {
        let (count, people) = (155 * 5, "timing-\(UInt32.random(in: 0 ... .max))")
        try await site.database.run(
            """
            INSERT INTO portero.users (id, email, full_name)
            SELECT gen_random_uuid(), \(people) || n || '@correo.example', 'Ana' FROM generate_series(1, \(count)) n
            """
        )
        try await analyze()
        var next = 0
        try await TimeComparison.expectAlike("addresses", pairs: 150) { _ in
            next += 1
            try await forget("\(people)\(next)@correo.example")
        } _: { number in
            try await forget("nobody-\(people)\(number)@correo.example")
        }
    }

    @Test("A wrong code takes as long for an account as for none")
    func wrongCodes() async throws {
        let people = "codes-\(UInt32.random(in: 0 ... .max))"
        try await site.database.run(
            """
            WITH people AS (
                INSERT INTO portero.users (id, email, full_name)
                SELECT gen_random_uuid(), \(people) || n || '@correo.example', 'Ana' FROM generate_series(0, 154) n
                RETURNING id
            )
            INSERT INTO portero.one_time_codes (id, purpose, user_id, mac, expires_at, tries_left)
            SELECT gen_random_uuid(), 'reset_password', id, sha256('x'), now() + interval '1 hour', 5 FROM people
            """
        )
        // As PostgreSQL does by itself before long: the plans of the first moment suit small tables.
        try await analyze()
        try await TimeComparison.expectAlike("addresses", pairs: 150) { number in
            try await reset("\(people)\(number)@correo.example")
        } _: { number in
            try await reset("nobody-\(people)\(number)@correo.example")
        }
    }
}
