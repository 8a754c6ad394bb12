import Foundation
import Postgres
import Support
import Testing

/// What is counted of days that are over is what there is, whenever it comes and goes.
@Suite("Counted days of the log", .serving(), .timeLimit(.minutes(10)))
struct LogTallyScenarios {
    private static let begin: SQL = "UPDATE portero.log_tally SET counted_until = current_date - 30"
    private static let count: SQL = "DO $$ BEGIN WHILE portero.tally_logs() LOOP END LOOP; END $$"

    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("Totals and pages stay exact once days have been counted, and when rows come late or go")
    func counted() async throws {
        let tenant = try await site.loggedTenant()
        for day in 3..<9 {
            try await tenant.log("authn_login_fail", daysAgo: Double(day), email: "a@b.example", times: day)
        }
        try await site.database.run(Self.begin)
        try await site.database.run(Self.count)
        let counted = try await site.database.count(
            "SELECT sum(rows)::bigint FROM portero.log_days WHERE organization_id = \(tenant.id)"
        )
        #expect(counted == 33)
        try await tenant.log("authn_login_fail", daysAgo: 4.5, email: "late@b.example", times: 2)
        var ids: [Int] = []
        for page in 1...4 {
            let reply = try await tenant.ask("logs?success=false&limit=10&page=\(page)")
            #expect(reply["pagination"]?["total"] == 35)
            ids += (reply["logs"]?.array ?? []).compactMap { $0["id"]?.integer }
        }
        let all = try await site.database.texts(
            """
            SELECT l.id::text FROM portero.auth_logs l WHERE l.organization_id = \(tenant.id) AND NOT l.success
             ORDER BY l.occurred_at DESC, l.id DESC
            """
        )
        #expect(ids.map { "\($0)" } == all)
        try await site.database.run(
            "DELETE FROM portero.auth_logs WHERE organization_id = \(tenant.id) AND email = 'late@b.example'"
        )
        #expect(try await tenant.ask("logs?success=false")["pagination"]?["total"] == 33)
    }

    @Test("Different addresses stay exact once days have been counted, and when rows come late or go")
    func countedAddresses() async throws {
        try await site.farFromMidnight()
        let tenant = try await site.loggedTenant()
        for day in 3..<9 {
            try await tenant.log("authn_login_fail", daysAgo: Double(day), address: "203.0.113.\(day)", times: 2)
        }
        try await tenant.log("authn_login_success", daysAgo: 8, address: "203.0.113.3")
        try await tenant.log("authn_password_change", daysAgo: 4, address: "203.0.113.99")
        try await site.database.run(Self.begin)
        try await site.database.run(Self.count)
        /// How many tried in so many days, the one who asks included.
        func addresses(in days: Int) async throws -> Int? {
            try await tenant.ask("security/report?days=\(days)")["uniqueIps"]?.integer
        }
        #expect(try await addresses(in: 30) == 7)
        #expect(try await addresses(in: 6) == 4)
        #expect(try await addresses(in: 1) == 1)
        try await tenant.log("authn_login_fail", daysAgo: 4, address: "203.0.113.8")
        try await tenant.log("authn_login_fail", address: "203.0.113.7")
        #expect(try await addresses(in: 30) == 7)
        #expect(try await addresses(in: 6) == 6)
        try await site.database.run(
            """
            DELETE FROM portero.auth_logs
             WHERE organization_id = \(tenant.id) AND occurred_at > now() - interval '5 days' AND host(address) LIKE '203.%'
            """
        )
        #expect(try await addresses(in: 6) == 2)
        #expect(try await addresses(in: 30) == 6)
    }

    @Test(
        "Rows that come or go around the counting of their day are counted in or out, whichever has to wait",
        arguments: ["come", "go"],
        ["the change", "the count"]
    )
    func meanwhile(what: String, waits: String) async throws {
        try await Site.serving { site in
            let tenant = try await site.loggedTenant()
            try await site.database.run(Self.begin)
            try await tenant.log("authn_login_fail", daysAgo: 5, email: "a@b.example", times: 3)
            let change: SQL =
                what == "come"
                ? """
                INSERT INTO portero.auth_logs (occurred_at, event, success, organization_id, email, address)
                SELECT now() - interval '5 days', 'authn_login_fail', false, \(tenant.id), 'late@b.example', '203.0.113.50'
                """ : "DELETE FROM portero.auth_logs WHERE organization_id = \(tenant.id) AND email = 'a@b.example'"
            let (first, second) = waits == "the change" ? (Self.count, change) : (change, Self.count)
            let configuration = DatabaseConfiguration.patient(site.scratch.url)
            try await withDatabase(configuration, on: TestLoops.next()) { other in
                let waiting = try await site.database.transaction { transaction in
                    _ = try await transaction.write(first)
                    let waiting = Task { _ = try await other.write(second) }
                    _ = try await eventually("\(waits) to wait") {
                        let count = try await site.database.count(
                            """
                            SELECT count(*) FROM pg_stat_activity
                             WHERE datname = current_database() AND wait_event_type = 'Lock'
                            """
                        )
                        return count > 0 ? true : nil
                    }
                    return waiting
                }
                try await waiting.value
            }
            let total = try await tenant.ask("logs?success=false")["pagination"]?["total"]
            #expect(total == (what == "come" ? 4 : 0))
            // The one who asks included.
            let addresses = try await tenant.ask("security/report?days=30")["uniqueIps"]
            #expect(addresses == (what == "come" ? 3 : 1))
        }
    }
}
