import Foundation
import Postgres
import Support
import Testing

@Suite("The refresh storm", .serving(["PORTERO_REFRESH_GRACE": "5m"]), .timeLimit(.minutes(10)))
struct RefreshStormScenarios {
    static let rounds = 200
    static let tabs = 64

    @Test("Of 64 refreshes of one token at once, 200 times over, all get one successor, and no session is lost")
    func storm() async throws {
        let site = try Site.here()
        let person = try await site.person()
        let visitors = (0..<Self.tabs).map { _ in site.visitor() }
        var token = try await site.session(of: person, visitors[0]).refresh
        for round in 0..<Self.rounds {
            let presented = token
            let replies = try await withThrowingTaskGroup(of: (status: Int, successor: String).self) { group in
                for visitor in visitors {
                    group.addTask {
                        let reply = try await visitor.post("/auth/refresh", ["refresh_token": .string(presented)])
                        return (reply.status, reply.string("refresh_token"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let successors = Set(replies.filter { $0.status == 200 }.map(\.successor))
            try #require(successors.count == 1, "round \(round): \(replies.map(\.status))")
            #expect(replies.allSatisfy { $0.status == 200 }, "round \(round)")
            token = try #require(successors.first)
        }
        let live = try await site.database.count(
            """
            SELECT count(*) FROM portero.refresh_tokens t JOIN portero.sessions s ON s.id = t.session_id
             WHERE s.user_id = \(person.id) AND s.ended_at IS NULL AND t.used_at IS NULL
            """
        )
        #expect(live == 1)
        let all = try await site.database.count(
            """
            SELECT count(*) FROM portero.refresh_tokens t JOIN portero.sessions s ON s.id = t.session_id
             WHERE s.user_id = \(person.id)
            """
        )
        #expect(all == Self.rounds + 1)
        #expect(try await site.events(of: person).contains { $0.hasPrefix("authn_token_reuse") } == false)
    }

    @Test("While a password is reset, refreshes at once leave no token alive")
    func refreshesDuringReset() async throws {
        let site = try Site.here()
        let person = try await site.person()
        let visitor = site.visitor()
        #expect(try await visitor.post("/auth/forgot-password", ["email": .string(person.email)]).status == 200)
        let code = try await site.mails.code(to: person.email)
        let sessions = try await withThrowingTaskGroup(of: Tokens.self) { group in
            for _ in 0..<8 { group.addTask { try await site.session(of: person) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let issued = try await withThrowingTaskGroup(of: [Tokens].self) { group in
            for tokens in sessions {
                group.addTask {
                    let visitor = site.visitor()
                    var family = [tokens]
                    while true {
                        let body: JSONText = ["refresh_token": .string(family[family.count - 1].refresh)]
                        let reply = try await visitor.post("/auth/refresh", body)
                        guard reply.status == 200 else { return family }
                        family.append(Tokens(reply))
                    }
                }
            }
            let reset: JSONText = [
                "email": .string(person.email), "code": .string(code), "new_password": "Nueva-Cripta-77!",
            ]
            #expect(try await visitor.post("/auth/reset-password", reset).status == 200)
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let live = try await site.database.count(
            "SELECT count(*) FROM portero.sessions WHERE user_id = \(person.id) AND ended_at IS NULL"
        )
        #expect(live == 0)
        for tokens in issued.suffix(32) {
            #expect(try await visitor.get("/auth/me", token: tokens.access).status == 401)
        }
    }

    @Test("While a password is reset, logins with the old one that are under way leave no session alive")
    func loginsDuringReset() async throws {
        let site = try Site.here()
        for _ in 0..<3 {
            let person = try await site.person()
            let visitor = site.visitor()
            _ = try await visitor.post("/auth/forgot-password", ["email": .string(person.email)])
            let code = try await site.mails.code(to: person.email)
            let statuses = try await site.atOnce(9) { visitor, number in
                guard number == 0 else { return try await visitor.insist("/auth/login", person.credentials).status }
                let reset: JSONText = [
                    "email": .string(person.email), "code": .string(code), "new_password": "Nueva-Cripta-77!",
                ]
                return try await visitor.insist("/auth/reset-password", reset).status
            }
            #expect(statuses.contains(200))
            #expect(Set(statuses).isSubset(of: [200, 401, 423]))
            let live = try await site.database.count(
                "SELECT count(*) FROM portero.sessions WHERE user_id = \(person.id) AND ended_at IS NULL"
            )
            #expect(live == 0)
        }
    }
}
