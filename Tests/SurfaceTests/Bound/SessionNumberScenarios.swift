import Foundation
import Postgres
import Support
import Testing

/// Who is told the number of a live session, by which anybody can end it at `/logout`.
@Suite("Numbers of live sessions", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .timeLimit(.minutes(10)))
struct SessionNumberScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    /// The numbers that the log tells somebody about a person's logins.
    private func told(_ token: String, about person: Person) async throws -> [JSONText?] {
        let number = try await site.number(of: person)
        let path = "/api/auth/logs?event=authn_login_success&userId=\(number)"
        let reply = try await visitor.get(path, token: token)
        #expect(reply.status == 200)
        return (reply["logs"]?.array ?? []).map { $0["sessionId"] }
    }

    private func reader(_ more: [String] = []) async throws -> (person: Person, session: TrackedSession) {
        let person = try await site.boundMember(as: site.boundRole(["view_audit_log"] + more))
        return (person, try await visitor.track(person))
    }

    @Test(
        "The log tells it to the session's own person and to who manages sessions; of an ended session to all its readers"
    )
    func logs() async throws {
        let reader = try await reader()
        let manager = try await self.reader(["manage_sessions"])
        let person = try await site.boundMember()
        let session = try await visitor.track(person)
        #expect(try await told(reader.session.token, about: person) == [.null])
        #expect(try await told(manager.session.token, about: person) == [.integer(session.number)])
        #expect(try await told(reader.session.token, about: reader.person) == [.integer(reader.session.number)])
        #expect(try await visitor.post("/logout", ["session_id": .integer(session.number)]).status == 200)
        #expect(try await told(reader.session.token, about: person) == [.integer(session.number)])
        let expired = try await visitor.track(person)
        try await site.database.run(
            "UPDATE portero.sessions SET expires_at = now() WHERE number = \(expired.number)"
        )
        #expect(try await told(reader.session.token, about: person).first == .integer(expired.number))
    }

    @Test("Who manages sessions here is not told of one that works elsewhere now")
    func elsewhere() async throws {
        let manager = try await reader(["manage_sessions"])
        let person = try await site.boundMember()
        let other = try await site.organization("Otra", with: person, as: "Staff").uuidString.lowercased()
        let session = try await visitor.track(person)
        let move: JSONText = ["organization_id": .string(other)]
        #expect(try await visitor.post("/auth/switch-organization", move, token: session.token).status == 200)
        #expect(try await told(manager.session.token, about: person) == [.null])
    }

    @Test("Whoever opened a session for somebody else is told nothing about that person's own")
    func opened() async throws {
        let opened = try await site.opened(by: .program, holding: ["view_audit_log"], at: visitor)
        let own = try await visitor.track(opened.person)
        #expect(try await told(opened.token, about: opened.person) == [.null])
        #expect(try await told(own.token, about: opened.person) == [.integer(own.number)])
    }

    @Test("The audit log tells that a session was changed, and no number")
    func auditLog() async throws {
        let reader = try await reader()
        let session = try await visitor.track(site.boundMember())
        let object = try #require(try await visitor.sesiones("GET", "/self", token: session.token).json)
        let changed = object.with(["Dispositivo": "Tableta"])
        #expect(try await visitor.sesiones("PUT", "", token: session.token, changed).status == 200)
        let organization = try await site.defaultOrganization().uuidString.lowercased()
        let path = "/organizations/\(organization)/audit-log?limit=200"
        let log = try await visitor.get(path, token: reader.session.token)
        let row = log["data"]?.array?.first { $0["event"] == "session_updated" }
        #expect(row?["details"]?["after"]?["device"] == "Tableta")
        #expect(!log.answer.text.contains("\(session.number)"))
    }
}
