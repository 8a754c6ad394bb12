import Postgres
import Support
import Testing

@Suite("Revocation", .timeLimit(.minutes(10)))
struct RevocationScenarios {
    private static let settings = Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }

    @Test("A session that ended at one server is refused by every contract of another, 1,000 times of 1,000")
    func acrossServers() async throws {
        try await Site.serving(Self.settings) { site in
            let other = try await site.startAnother(Self.settings)
            let endings = try await withThrowingTaskGroup(of: [Ending].self) { group in
                for _ in 0..<10 {
                    let person = try await site.boundMember()
                    group.addTask { try await Self.endings(100, of: person, at: site, other) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(endings.count == 1000)
            #expect(endings.filter(\.wasAccepted).isEmpty)
            for contract in Contract.allCases { #expect(endings.count { $0.contract == contract } == 200) }
            await other.stop()
        }
    }

    private struct Ending: Sendable {
        let contract: Contract
        /// By some contract, after it had ended.
        var wasAccepted = false
    }

    /// Opens sessions, ends each by one of the contracts at one server, and asks all of them at the other.
    ///
    /// They are opened without a password, since hashing that many would take all the time.
    private static func endings(
        _ count: Int,
        of person: Person,
        at site: Site,
        _ other: ServerProcess
    ) async throws -> [Ending] {
        let servers = [try Doors(to: site.server), try Doors(to: other)]
        let own = try await servers[0].main.track(person).token
        let body: JSONText = ["ID_Usuario": .integer(try await site.number(of: person)), "Dispositivo": "x"]
        var endings: [Ending] = []
        for round in 0..<count {
            let contract = Contract.allCases[round % 5]
            let (here, there) = (servers[round / 5 % 2], servers[1 - round / 5 % 2])
            let opened = try await here.main.sesiones("POST", "", token: own, body)
            let token = Contract.sesiones.token(opened)
            guard try await Contract.allCases[round / 5 % 5].accepts(token, at: there) else {
                throw UnexpectedReply(reply: opened)
            }
            let ended = try await contract.logout(token, number: opened["ID_Sesion"] ?? .null, at: here)
            guard ended.status == 200 else { throw UnexpectedReply(reply: ended) }
            var ending = Ending(contract: contract)
            for asked in Contract.allCases where try await asked.accepts(token, at: there) { ending.wasAccepted = true }
            if try await contract.accepts(token, at: here) { ending.wasAccepted = true }
            endings.append(ending)
        }
        return endings
    }
}
