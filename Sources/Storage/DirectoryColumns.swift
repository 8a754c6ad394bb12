import Domain
import Postgres

extension EmployeeDetails? {
    /// Whether there are any, and what they are, as gates take them.
    var arguments: SQL {
        """
        \(self != nil), ROW(
            NULL::bigint, \(self?.firstNames), \(self?.lastNames), \(self?.dni), \(self?.email), \(self?.phone),
            \(self?.address), \(self?.bornOn), \(self?.hiredOn), \(self?.salary?.cents), \(self?.status?.rawValue)
        )::portero.employee
        """
    }
}

extension NewCode {
    /// As gates take it.
    var arguments: SQL { "\(id), \(mac), \(SQL.seconds(lifetime)), \(sealed)" }
}

extension DirectoryPerson {
    /// Nil for the row of an empty page, which tells the total alone.
    init?(_ row: inout Row) throws(PostgresError) {
        guard let number: Int = try row.nextIfPresent() else { return nil }
        self.init(
            number: number,
            username: try row.next(),
            email: try row.next(),
            isActive: try row.next(),
            createdAt: try row.next(),
            lastLoginAt: try row.nextIfPresent(),
            role: DirectoryRole(number: try row.next(), name: try row.next(), description: try row.next())
        )
    }
}

extension DirectoryEntry {
    init?(_ row: inout Row, isComplete: Bool) throws(PostgresError) {
        guard let person = try DirectoryPerson(&row) else { return nil }
        self.init(person: person, employee: try Employee(&row), isComplete: isComplete)
    }
}

extension Employee {
    /// Nil for who is none.
    fileprivate init?(_ row: inout Row) throws(PostgresError) {
        guard let number: Int = try row.nextIfPresent() else { return nil }
        var details = EmployeeDetails()
        details.firstNames = try row.next()
        details.lastNames = try row.next()
        details.dni = try row.nextIfPresent()
        details.email = try row.nextIfPresent()
        details.phone = try row.nextIfPresent()
        details.address = try row.nextIfPresent()
        details.bornOn = try row.nextIfPresent()
        details.hiredOn = try row.nextIfPresent()
        let cents: Int? = try row.nextIfPresent()
        details.salary = cents.flatMap { Salary(cents: $0) }
        details.status = EmployeeStatus(rawValue: try row.next())
        self.init(number: number, details: details)
    }
}

extension OpenSession {
    /// Nil for the row of an empty page, which tells the total alone.
    init?(_ row: inout Row) throws(PostgresError) {
        guard let number: Int = try row.nextIfPresent() else { return nil }
        self.init(
            number: number,
            userNumber: try row.next(),
            username: try row.next(),
            email: try row.next(),
            createdAt: try row.next(),
            expiresAt: try row.next(),
            address: try row.nextIfPresent(),
            userAgent: try row.nextIfPresent()
        )
    }
}
