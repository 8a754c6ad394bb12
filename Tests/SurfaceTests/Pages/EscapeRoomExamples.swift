import Foundation
import Support
import Testing

/// The shell's boxes of the page of escape-room, each in an organization of its own.
@Suite("The examples of the page of escape-room", .serving(), .serialized, .timeLimit(.minutes(10)))
struct EscapeRoomExamples {
    let site: Site

    init() throws {
        site = try Site.here()
    }

    @Test("An example is answered as its page says", arguments: try SurfacePage(of: .escapeRoom).sections)
    func runs(_ section: SurfacePage.Section) async throws {
        let page = try SurfacePage(of: .escapeRoom)
        let premises = try await PageBusiness(for: section.route, at: site)
        let typed = try premises.meant(try #require(section.example), of: page)
        let reply = try await Interpreter.type(typed, at: site, environment: premises.environment)
        #expect(reply.status == section.status, "\(reply.output)")
        guard section.status != 204 else {
            #expect(reply.body.isEmpty, "\(reply.output)")
            return
        }
        let answer = try #require(reply.json, "\(reply.output)")
        let shown = try #require(page.answer(to: section.route), "\(section.route) shows no answer")
        #expect(answer.resembles(shown), "\(reply.output)")
        #expect(answer.isEmptyList == shown.isEmptyList && answer["data"]?.isEmptyList == shown["data"]?.isEmptyList)
        if let token = answer["access_token"]?.string {
            #expect(try await site.visitor().get("/auth/me", token: token).status == 200)
        }
    }
}

extension SurfacePage.Section: CustomTestStringConvertible {
    var testDescription: String { route }
}

extension SurfacePage {
    /// What the page shows as an endpoint's answer, or says that it is as another one's.
    fileprivate func answer(to route: String) -> JSONText? {
        func own(_ route: String) -> JSONText? { sections.first { $0.route == route }?.answer }
        switch route {
        case "POST /auth/refresh": return own("POST /auth/login")
        case "PATCH /auth/me": return own("GET /auth/me")
        case "GET /organizations":
            let organization = own("POST /organizations")
            guard case .object(var role)? = organization?["role"] else { return nil }
            role["permissions"] = nil
            return organization.map { .array([$0.with(["role": .object(role)])]) }
        case "GET /organizations/{id}": return own("POST /organizations")
        case "PATCH /organizations/{id}": return own("POST /organizations")?.with(["settings": ["theme": "dark"]])
        case "PATCH /organizations/{id}/members/{user_id}":
            return own("GET /organizations/{id}/members")?["data"]?.array?.first
        case "POST /organizations/{id}/roles", "GET /organizations/{id}/roles/{role_id}",
            "PATCH /organizations/{id}/roles/{role_id}":
            return own("GET /organizations/{id}/roles")?.array?.first
        case "POST /organizations/{id}/permissions": return own("GET /permissions")?.array?.first
        case "POST /organizations/{id}/invitations/{invitation_id}/resend":
            return own("POST /organizations/{id}/invitations")
        default: return own(route)
        }
    }
}

extension JSONText {
    fileprivate var isEmptyList: Bool? { array?.isEmpty }
}
