import Foundation
import Postgres
import Support

/// What tests ask the database, as its superuser.
extension Database {
    func run(_ statement: SQL) async throws {
        _ = try await write(statement)
    }

    /// The first column of the first row; nil when there is no row, or it is null.
    func value<Value: ColumnValue & Sendable>(_ question: SQL, as type: Value.Type = Value.self) async throws -> Value? {
        try await read(question).first { (row: inout Row) throws(PostgresError) -> Value? in
            try row.nextIfPresent()
        } ?? nil
    }

    func count(_ question: SQL) async throws -> Int {
        try await value(question, as: Int.self) ?? 0
    }

    /// The first column of all rows.
    func texts(_ question: SQL) async throws -> [String] {
        try await read(question).map { (row: inout Row) throws(PostgresError) -> String in try row.next() }
    }

    /// All that is kept: equal before and after what must change nothing.
    func state() async throws -> String {
        try await value("SELECT testing.state()") ?? ""
    }
}

extension Site {
    /// The events of a person's audit trail, oldest first: `authn_login_success`, `authn_login_fail wrong_password`.
    func events(of person: Person) async throws -> [String] {
        try await database.texts(
            """
            SELECT concat_ws(' ', event, reason) FROM portero.auth_logs
             WHERE user_id = \(person.id) OR email = lower(\(person.email)) ORDER BY occurred_at, id
            """
        )
    }

    /// The person behind an address that was registered through the server.
    func person(registeredAs email: String, name: String = "", password: String) async throws -> Person? {
        let id: UUID? = try await database.value("SELECT id FROM portero.users WHERE email = \(email)")
        return id.map { Person(id: $0, email: email, name: name, password: password) }
    }
}
