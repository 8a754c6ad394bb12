import Foundation
import Postgres
import Support
import Testing

/// Two contracts are told in the body which token's session is to end.
@Suite(
    "Tokens in bodies",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .timeLimit(.minutes(10))
)
struct NamedTokenScenarios {
    let site: Site
    let doors: Doors

    init() throws {
        site = try Site.here()
        doors = try Doors(to: site.server)
    }

    /// Every way to name a token.
    private func ends(_ named: String, by staff: Staff, _ token: String) async throws -> [Reply] {
        let own = staff.headers + [(name: "x-auth-token", value: token)]
        let body: JSONText = ["Token_Sesion": .string(named)]
        return [
            try await doors.main.send("DELETE", "/sesiones/logout", body: body.text, headers: own),
            try await doors.main.send("DELETE", "/sesiones/logoutAll", body: body.text, headers: own),
            try await staff.send("POST", "/auth/logout", ["token": .string(named)], token),
        ]
    }

    @Test("Another tenant's token is somebody else's, and its session lives on")
    func foreign() async throws {
        let (staff, others) = (try await Staff.hired(at: site), try await Staff.hired(at: site, "Los Otros"))
        let (_, token) = try await staff.member()
        let replies = try await ends(others.token, by: staff, token)
        #expect(replies.map(\.status) == [403, 403, 403])
        #expect(replies[2].answer.text == #"{"message":"Acceso denegado"}"#)
        #expect(try await others.get("/roles").status == 200)
        #expect(try await staff.get("/roles", token).status == 200)
    }

    @Test("One's own session that is over already ends no more", arguments: ["ended", "expired"])
    func over(how: String) async throws {
        let staff = try await Staff.hired(at: site)
        let (person, token) = try await staff.member()
        let other = try await site.session(of: person).access
        if how == "ended" {
            #expect(try await doors.main.post("/auth/logout", token: other).status == 200)
        } else {
            try await site.database.run(
                "UPDATE portero.sessions SET expires_at = now() WHERE id::text = \(JWT(other).session)"
            )
        }
        let own = staff.headers + [(name: "x-auth-token", value: token)]
        let body: JSONText = ["Token_Sesion": .string(other)]
        let reply = try await doors.main.send("DELETE", "/sesiones/logout", body: body.text, headers: own)
        #expect(reply.json == ["message": "Sesiones cerradas", "sesiones_cerradas": 0])
        let usuarios = try await staff.send("POST", "/auth/logout", ["token": .string(other)], token)
        #expect(usuarios.status == 401 && usuarios.answer.text == #"{"message":"No autorizado"}"#)
        #expect(try await staff.get("/roles", token).status == 200)
    }
}
