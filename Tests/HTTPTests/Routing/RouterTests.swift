import HTTP
import Testing

@Suite("Router")
struct RouterTests {
    private let router = Router([
        TestSurface(
            "main",
            "GET /auth/me",
            "PATCH /auth/me",
            "POST /auth/login",
            "GET /auth/sessions",
            "GET /auth/sessions/{id}",
            "DELETE /auth/sessions/{user}",
            "GET /auth/sessions/current",
            "GET /organizations/{id}/members/{user}",
            "GET /organizations/{id}/members",
            "GET /organizations/mine/{any}",
            "GET /"
        ),
        TestSurface("second", "PUT /auth/me", "POST /login", "GET /{any}/ends/here"),
    ])

    private func answer(_ line: String, headers: [(name: String, value: String)] = []) async throws -> Response {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        let method = try #require(Method.allCases.first { $0.name.description == parts[0] })
        return await router.respond(to: Request(method, String(parts[1]), headers: headers))
    }

    @Test(
        "Each path goes to its own route, a literal segment before a capture",
        arguments: [
            ("GET /auth/me", "GET /auth/me"), ("PATCH /auth/me", "PATCH /auth/me"), ("PUT /auth/me", "PUT /auth/me"),
            ("GET /auth/me?x=/auth/login", "GET /auth/me"), ("GET /auth/me?", "GET /auth/me"), ("GET /", "GET /"),
            ("GET /auth/sessions", "GET /auth/sessions"), ("GET /auth/sessions/7", "GET /auth/sessions/{id} id=7"),
            ("DELETE /auth/sessions/7", "DELETE /auth/sessions/{user} user=7"),
            ("GET /auth/sessions/current", "GET /auth/sessions/current"),
            ("GET /organizations/1/members/2", "GET /organizations/{id}/members/{user} id=1 user=2"),
            ("GET /organizations/mine/members", "GET /organizations/mine/{any} any=members"),
            ("GET /organizations/mine/members/2", "GET /organizations/{id}/members/{user} id=mine user=2"),
            ("GET /auth/ends/here", "GET /{any}/ends/here any=auth"),
            ("GET /auth/sessions/a%20%C3%B1%25", "GET /auth/sessions/{id} id=a ñ%"),
            ("GET /auth/sessions/a+b", "GET /auth/sessions/{id} id=a+b"),
            ("GET /auth/sessions/..", "GET /auth/sessions/{id} id=.."),
            ("GET /auth/sessions/%2e%2e", "GET /auth/sessions/{id} id=.."),
            ("GET /auth/sessions/%2561", "GET /auth/sessions/{id} id=%61"),
            ("GET /auth/sessions/cur%72ent", "GET /auth/sessions/{id} id=current"),
        ]
    )
    func routes(_ line: String, _ expected: String) async throws {
        let response = try await answer(line)
        #expect(response.status == 200 && response.text == expected)
    }

    @Test(
        "Any other path is 404, in the words of the first surface: routing goes by the path exactly as sent",
        arguments: [
            "/nothing", "/auth", "/auth/", "/auth/me/", "//auth/me", "/auth//me", "/AUTH/me", "/auth/me%20",
            "/auth/%6de",
            "/auth%2Fme", "/a/../auth/me", "/auth/./me", "/auth/me;x", "/auth/me%00", "/auth/sessions/", "auth/me", "",
            "*", "http://other/auth/me", "/auth/sessions/7/", "/auth/sessions/7/8", "/organizations//members",
            "/organizations/1/members/", "/auth/\u{6d}e\u{301}", "/\(String(repeating: "a/", count: 4000))",
        ]
    )
    func unknownPaths(_ path: String) async throws {
        let response = await router.respond(to: Request(.get, path))
        #expect(response.status == 404 && response.text == "main")
    }

    @Test(
        "A captured segment that cannot be decoded is 400",
        arguments: ["%00", "%2F", "%2f", "%zz", "%", "%C3", "%FF"]
    )
    func malformedCaptures(_ segment: String) async throws {
        #expect(try await answer("GET /auth/sessions/\(segment)").status == 400)
    }

    @Test(
        "A known path with another method is 405 with what it allows",
        arguments: [
            ("DELETE /auth/me", "GET, HEAD, PUT, PATCH, OPTIONS", "main"), ("GET /auth/login", "POST, OPTIONS", "main"),
            ("HEAD /auth/login", "POST, OPTIONS", "main"), ("GET /login", "POST, OPTIONS", "second"),
            ("POST /auth/sessions/7", "GET, HEAD, DELETE, OPTIONS", "main"),
            ("POST /auth/sessions/%00", "GET, HEAD, DELETE, OPTIONS", "main"),
        ]
    )
    func otherMethods(_ line: String, _ allowed: String, _ surface: String) async throws {
        let response = try await answer(line)
        #expect(response.status == 405 && response.text == surface)
        #expect(response.values("Allow") == [allowed])
    }

    @Test("HEAD is answered wherever GET is, with what GET answers")
    func head() async throws {
        #expect(try await answer("HEAD /auth/me").text == "GET /auth/me")
        #expect(try await answer("HEAD /auth/sessions/7").text == "GET /auth/sessions/{id} id=7")
        #expect(try await answer("HEAD /nothing").status == 404)
    }

    @Test("OPTIONS says what a path allows, and runs no handler")
    func options() async throws {
        let response = try await answer("OPTIONS /auth/me", headers: [("X-Fail", "1")])
        #expect(response.status == 204 && response.body.isEmpty)
        #expect(response.values("Allow") == ["GET, HEAD, PUT, PATCH, OPTIONS"])
        #expect(try await answer("OPTIONS /auth/sessions/7").values("Allow") == ["GET, HEAD, DELETE, OPTIONS"])
        #expect(try await answer("OPTIONS /nothing").status == 404)
        let server = try await answer("OPTIONS *")
        #expect(server.status == 204)
        #expect(server.values("Allow") == ["GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"])
    }

    @Test("What a handler throws is worded by its own surface")
    func errors() async throws {
        let fail = [(name: "X-Fail", value: "1")]
        #expect(try await answer("GET /auth/me", headers: fail).text == "main")
        let second = try await answer("PUT /auth/me", headers: fail)
        #expect(second.status == 429 && second.text == "second")
    }

    @Test(
        "What no handler sees is worded by the surface that has paths which begin alike, else by the first",
        arguments: [
            ("/login", "second"), ("/login/", "second"), ("/login/x", "second"), ("/login?x=/auth/me", "second"),
            ("/auth/me", "main"), ("/nothing", "main"), ("/loginx", "main"), ("login", "main"), ("", "main"),
            ("*", "main"),
        ]
    )
    func wording(_ path: String, _ surface: String) async throws {
        var response = Response(
            status: 413,
            headers: [Response.Header("Content-Language", "en"), Response.Header("Retry-After", "1")]
        )
        let refusal = Unreadable(status: 413, english: "Too large.", spanish: "Muy grande.")
        router.complete(
            &response,
            to: UnreadableRequest(refusal, head: RequestHead(.post, path), from: NetworkAddress(ipv4: 0x7f00_0001))
        )
        #expect(response.status == 413 && response.text == "\(surface): Muy grande.")
        #expect(response.values("Content-Language") == [] && response.values("Retry-After") == ["1"])
        if path != "/auth/me", path != "*", !path.hasPrefix("/login?") {
            #expect(await router.respond(to: Request(.get, path)).text == surface)
        }
    }

    @Test("A hundred paths are all found, and none besides")
    func manyPaths() async {
        struct Many: Surface {
            let routes = (0..<100).map { index in
                Route(.get, "/path/\(index)", "test") { _ in Response(status: 200, body: Array("\(index)".utf8)) }
            }
            func response(to error: any Error, for request: Request) -> Response { Response(status: 404) }
        }
        let router = Router([Many()])
        for index in 0..<100 {
            #expect(await router.respond(to: Request(.get, "/path/\(index)")).text == "\(index)")
        }
        for path in ["/path/100", "/path/", "/path/0 ", "/path/00"] {
            #expect(await router.respond(to: Request(.get, path)).status == 404)
        }
    }
}
