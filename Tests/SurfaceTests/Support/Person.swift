import Domain
import Foundation
import Postgres
import Support

/// Somebody with an account.
struct Person: Sendable {
    static let password = "Cripta-Sombra-42"
    /// By bcrypt at cost 10.
    static let passwordHash = "$2b$10$ua1uhu3fSwuhYUcuXeIHBOm65TxA9WDZSXuGH7sN3V3SeGySpBTS."

    let id: UUID
    let email: String
    let name: String
    var password = Person.password

    /// As the server writes it.
    var idText: String { id.uuidString.lowercased() }

    func with(password: String) -> Person {
        var person = self
        person.password = password
        return person
    }

    var credentials: JSONText { ["email": .string(email), "password": .string(password)] }
}

/// The tokens of one session.
struct Tokens: Sendable {
    let access: String
    let refresh: String

    init(_ reply: Reply) {
        access = reply.string("access_token")
        refresh = reply.string("refresh_token")
    }
}

extension Site {
    /// An address that nobody has.
    static func newEmail(_ name: String = "persona") -> String {
        "\(name)-\(UInt64.random(in: 0 ... .max))@correo.example"
    }

    /// Makes an account in the database, which is quicker than registering.
    func person(_ name: String = "Ana Llaves") async throws -> Person {
        try await premises.person(name)
    }

    func visitor(from address: String? = nil) -> Visitor {
        Visitor(to: server.port, from: address)
    }

    /// Opens a session by logging in.
    func session(of person: Person, _ visitor: Visitor? = nil) async throws -> Tokens {
        let reply = try await (visitor ?? self.visitor()).post("/auth/login", person.credentials)
        guard reply.status == 200 else { throw UnexpectedReply(reply: reply) }
        return Tokens(reply)
    }

    func sessions(of people: [Person], _ visitor: Visitor) async throws -> [Tokens] {
        var list: [Tokens] = []
        for person in people { list.append(try await session(of: person, visitor)) }
        return list
    }

    /// Makes somebody a member of an organization of their own, with one of its built-in roles.
    func organization(_ name: String, with person: Person, as role: String) async throws -> UUID {
        let id = UUID()
        let slug = "org-\(id.uuidString.lowercased().prefix(18))"
        try await database.run("INSERT INTO portero.organizations (id, slug, name) VALUES (\(id), \(slug), \(name))")
        try await join(person, to: id, as: role)
        return id
    }

    func join(_ person: Person, to organization: UUID, as role: String) async throws {
        try await database.run(
            """
            INSERT INTO portero.memberships (organization_id, user_id, role_id)
            SELECT \(organization), \(person.id), r.id FROM portero.roles r
             WHERE r.organization_id = \(organization) AND r.name = \(role)
            """
        )
    }
}

extension Premises {
    func person(_ name: String = "Ana Llaves") async throws -> Person {
        let person = Person(id: UserID.make(at: Date()).rawValue, email: Site.newEmail(), name: name)
        try await database.run(
            """
            INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
            VALUES (\(person.id), \(person.email), \(person.name), \(Person.passwordHash), now())
            """
        )
        return person
    }
}

struct UnexpectedReply: Error, CustomStringConvertible {
    let reply: Reply

    var description: String { "\(reply.status) \(reply.answer.text)" }
}
