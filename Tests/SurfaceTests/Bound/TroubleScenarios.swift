import Foundation
import Postgres
import Support
import Testing

/// What is no client's fault, in the words of each contract.
@Suite("Trouble at the bound surfaces", .timeLimit(.minutes(10)))
struct TroubleScenarios {
    private static let settings = Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }

    /// Something that each contract looks up, and writes down.
    private func attempt(
        _ contract: Contract,
        by person: Person,
        _ token: String,
        number: Int
    ) -> (path: String, body: JSONText, headers: [(name: String, value: String)]) {
        switch contract {
        case .escapeRoom: ("/auth/login", person.credentials, [])
        case .sessionTracking: ("/login", person.credentials, [])
        case .ingeocimyc: ("/api/auth/login", person.credentials, [])
        case .sesiones:
            ("/sesiones", ["ID_Usuario": .integer(number), "Dispositivo": "x"], [contract.header(for: token)])
        case .usuarios:
            ("/api/auth/login", ["username": .string(person.email), "password": .string(person.password)], [])
        }
    }

    @Test("Where nothing can be written down, nothing is done: 503, and when to come back")
    func unavailable() async throws {
        try await Site.serving(Self.settings) { site in
            let doors = try Doors(to: site.server)
            let person = try await site.boundMember()
            let token = try await doors.main.track(person).token
            let number = try await site.number(of: person)
            let before = try await site.database.state()
            try await site.database.transaction { transaction in
                _ = try await transaction.write("LOCK TABLE portero.auth_logs")
                for contract in Contract.bound {
                    let (path, body, headers) = attempt(contract, by: person, token, number: number)
                    let reply = try await contract.visitor(doors).post(path, body, headers: headers)
                    #expect(reply.shape == contract.refusal(503), "\(contract)")
                    #expect(reply.header("Retry-After") == "1", "\(contract)")
                }
            }
            #expect(try await site.database.state() == before)
            for contract in Contract.bound {
                let (path, body, headers) = attempt(contract, by: person, token, number: number)
                let reply = try await contract.visitor(doors).post(path, body, headers: headers)
                #expect(reply.status == (contract == .sesiones ? 201 : 200), "\(contract)")
            }
        }
    }

    @Test("A fault of the server's own is a bare 500 that tells nothing of it, and the log all, by the request's id")
    func faults() async throws {
        try await Premises.lend { premises in
            let server = try await premises.start(Self.settings)
            let usuarios = try #require(server.usuariosPort)
            let person = try await premises.person()
            let login = try await Visitor(to: server.port).post("/auth/login", person.credentials)
            let token = login.string("access_token")
            try await premises.database.run("ALTER SCHEMA portero RENAME TO elsewhere")
            for contract in Contract.bound {
                let (path, body, headers) = attempt(contract, by: person, token, number: 1)
                let lines = (headers + [("Host", "a"), ("Content-Type", "application/json")])
                    .map { "\($0.name): \($0.value)\r\n" }.joined()
                let answer = try await RawClient.ask(
                    contract == .usuarios ? usuarios : server.port,
                    "POST \(path) HTTP/1.1\r\n\(lines)Content-Length: \(body.text.utf8.count)\r\n\r\n\(body.text)"
                )
                let reply = Reply(answer)
                // Nor has a problem a detail here.
                let shape = contract.refusal(500).replacing("detail: string, ", with: "")
                #expect(reply.shape == shape, "\(contract): \(answer.text)")
                if contract == .usuarios { #expect(answer.text == #"{"message":"Error interno del servidor"}"#) }
                for word in ["portero", "elsewhere", "SQL", "schema", "function"] {
                    #expect(!answer.text.contains(word), "\(contract): \(answer.text)")
                }
                let id = try #require(reply.header("X-Request-Id"))
                _ = try await eventually("the fault to be in the log") {
                    server.log.contains { $0.contains(id) && $0.contains(#""level":"error""#) } ? true : nil
                }
            }
            await server.stop()
        }
    }
}
