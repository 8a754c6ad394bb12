import Domain
import HTTP
import Services

extension IngeocimycSurface {
    func showReport(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        var query = try QueryReader(request.query)
        let days = query.int("days", in: 1...365) ?? 7
        try query.finish()
        let report = try await reports.report(days: days, for: caller, origin: request.origin)
        let now = reports.now
        return .json(200) {
            $0.object("period") {
                // Days begin at midnight, UTC.
                $0.field("from", (report.failedByDay.first?.name ?? "") + "T00:00:00Z")
                $0.field("to", now)
                $0.field("days", days)
            }
            $0.field("totalFailedAttempts", report.failedAttempts)
            $0.field("totalSuccessfulLogins", report.successfulLogins)
            $0.field("uniqueIps", report.uniqueAddresses)
            $0.field("lockedAccounts", report.lockedAccounts)
            $0.tallies("failedByDay", of: "date", report.failedByDay)
            $0.tallies("topFailedIps", of: "ipAddress", report.failedByAddress)
            $0.tallies("topFailedEmails", of: "email", report.failedByEmail)
            $0.array("suspiciousActivity") {
                for suspicion in report.suspicions { $0.suspicion(suspicion) }
            }
        }
    }

    func showStats(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request).caller
        let stats = try await reports.stats(for: caller, origin: request.origin)
        return .json(200) {
            $0.field("activeUsers", stats.activeMembers)
            $0.field("totalUsers", stats.members)
            $0.field("activeSessions", stats.liveSessions)
            $0.field("failedLoginsLast24h", stats.failedLogins)
            $0.field("successfulLoginsLast24h", stats.successfulLogins)
            $0.field("lockedAccounts", stats.lockedAccounts)
            $0.field("passwordResetsLast24h", stats.passwordResets)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func tallies(_ name: StaticString, of key: StaticString, _ tallies: [SecurityReport.Tally]) {
        array(name) {
            for tally in tallies {
                $0.object {
                    $0.field(key, tally.name)
                    $0.field("count", tally.count)
                }
            }
        }
    }

    /// Every kind has the same names, with null for what it does not tell.
    fileprivate mutating func suspicion(_ suspicion: Suspicion) {
        object {
            $0.field("type", suspicion.kind.rawValue)
            $0.field("ipAddress", suspicion.address)
            $0.field("email", suspicion.email)
            $0.field("userId", suspicion.userNumber)
            $0.field("count", suspicion.count)
            $0.field("firstSeen", suspicion.firstSeen)
            $0.field("lastSeen", suspicion.lastSeen)
        }
    }
}
