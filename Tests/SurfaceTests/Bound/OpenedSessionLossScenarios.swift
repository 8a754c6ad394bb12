import Postgres
import Support
import Testing

@Suite("Sessions that are backed no more", .timeLimit(.minutes(10)))
struct OpenedSessionLossScenarios {
    private static let settings = Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }

    @Test("A session that somebody else opened counts as long as they cover it, at every server and contract at once")
    func acrossServers() async throws {
        try await Site.serving(Self.settings) { site in
            let other = try await site.startAnother(Self.settings)
            let (here, there) = (try Doors(to: site.server), try Doors(to: other))
            for loss in OpenedSessionLoss.allCases {
                let opened = try await site.opened(by: loss.opener, holding: ["manage_bookings"], at: here.main)
                let own = try await here.main.track(opened.person).token
                try await loss.expect(true, of: opened, at: there)
                try await loss.strike(opened, at: here.main)
                try await loss.expect(false, of: opened, at: there)
                #expect(try await there.main.get("/auth/me", token: own).status == 200, "\(loss)")
                try await loss.mend(opened, at: here.main)
                try await loss.expect(!loss.isFinal, of: opened, at: there)
                let ends = try await site.database.texts(
                    "SELECT (fecha_fin IS NOT NULL)::text FROM public.sesion WHERE id = \(opened.number)"
                )
                #expect(ends == [loss.isFinal ? "true" : "false"], "\(loss)")
            }
            await other.stop()
        }
    }

    @Test("Neither does a program introspect it, nor the person open more from it, once it is backed no more")
    func elsewhere() async throws {
        try await Site.serving(Self.settings) { site in
            let visitor = site.visitor()
            let opened = try await site.opened(at: visitor)
            let key = try await visitor.post(
                "\(opened.path)/service-keys",
                ["name": "Reservas", "permissions": []],
                token: opened.admin
            ).string("key")
            func isActive() async throws -> JSONText? {
                try await visitor.post(
                    "/auth/introspect",
                    ["token": .string(opened.token)],
                    headers: [("x-service-key", key)]
                )["active"]
            }
            #expect(try await isActive() == true)
            try await OpenedSessionLoss.openerIsBarred.strike(opened, at: visitor)
            #expect(try await isActive() == false)
            let number = try await site.number(of: opened.person)
            #expect(try await visitor.open(for: number, token: opened.token).status == 401)
        }
    }
}

extension OpenedSessionLoss {
    fileprivate func expect(_ isAccepted: Bool, of opened: OpenedSession, at doors: Doors) async throws {
        for contract in Contract.allCases {
            #expect(try await contract.accepts(opened.token, at: doors) == isAccepted, "\(self) \(contract)")
        }
        let list = try await doors.usuarios.get("/api/sesiones?limit=100", token: opened.admin)
        let numbers = list["data"]?.array?.compactMap { $0["id"]?.integer } ?? []
        #expect(numbers.contains(opened.number) == isAccepted, "\(self)")
        #expect(numbers.count == list["total"]?.integer, "\(self)")
        let stats = try await doors.main.get("/api/auth/security/stats", token: opened.admin)
        #expect(stats["activeSessions"] == list["total"], "\(self)")
    }
}
