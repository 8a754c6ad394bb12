package import Domain
import FoundationEssentials
import Postgres

extension AuditRepository {
    /// - Throws: `AuthError.organizationNotFound`, `.missing`.
    package func securityReport(days: Int, for actor: Actor) async throws -> SecurityReport {
        let lines = try await reaching(refusals(lacking: .viewAuditLog)) { () throws(PostgresError) in
            try await database.readApart(
                """
                SELECT * FROM portero.security_report(
                    \(actor.userID), \(actor.organizationID), \(Int32(clamping: days)))
                """,
                .report
            ).map { (row: inout Row) throws(PostgresError) in try ReportLine(&row) }
        }
        var report = SecurityReport()
        for line in lines { line.write(to: &report) }
        return report
    }

    /// How things stand now; `lock` is how long an account is locked out.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.missing`.
    package func securityStats(lock: Duration, for actor: Actor) async throws -> SecurityStats {
        let stats = try await reaching(refusals(lacking: .viewAuditLog)) { () throws(PostgresError) in
            try await database.readApart(
                """
                SELECT * FROM portero.security_stats(
                    \(actor.userID), \(actor.organizationID), \(SQL.seconds(lock)))
                """,
                .report
            ).first { (row: inout Row) throws(PostgresError) in try SecurityStats(&row) }
        }
        guard let stats else { throw AuthError.organizationNotFound }
        return stats
    }
}

/// A line of a security report as the database gives it.
private struct ReportLine {
    let kind: String
    let day: String?
    let address: String?
    let email: String?
    let userNumber: Int?
    let count: Int
    let firstSeen: Date?
    let lastSeen: Date?

    init(_ row: inout Row) throws(PostgresError) {
        kind = try row.next()
        day = try row.nextIfPresent()
        address = try row.nextIfPresent()
        email = try row.nextIfPresent()
        userNumber = try row.nextIfPresent()
        count = try row.next()
        firstSeen = try row.nextIfPresent()
        lastSeen = try row.nextIfPresent()
    }

    func write(to report: inout SecurityReport) {
        switch kind {
        case "failed": report.failedAttempts = count
        case "succeeded": report.successfulLogins = count
        case "addresses": report.uniqueAddresses = count
        case "locked": report.lockedAccounts = count
        case "day": report.failedByDay.append(SecurityReport.Tally(name: day ?? "", count: count))
        case "top_address": report.failedByAddress.append(SecurityReport.Tally(name: address ?? "", count: count))
        case "top_email": report.failedByEmail.append(SecurityReport.Tally(name: email ?? "", count: count))
        default: if let suspicion { report.suspicions.append(suspicion) }
        }
    }

    private var suspicion: Suspicion? {
        guard let kind = Suspicion.Kind(rawValue: kind), let firstSeen, let lastSeen else { return nil }
        return Suspicion(
            kind,
            address: address,
            email: email,
            userNumber: userNumber,
            count: count,
            firstSeen: firstSeen,
            lastSeen: lastSeen
        )
    }
}

extension SecurityStats {
    fileprivate init(_ row: inout Row) throws(PostgresError) {
        self.init(
            members: try row.next(),
            activeMembers: try row.next(),
            liveSessions: try row.next(),
            failedLogins: try row.next(),
            successfulLogins: try row.next(),
            lockedAccounts: try row.next(),
            passwordResets: try row.next()
        )
    }
}
