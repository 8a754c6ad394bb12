import Foundation
import Postgres
import Support
import Testing

/// Bad input is told what is wrong with it, and changes nothing.
@Suite("Bad input", .serving(["PORTERO_LOCKOUT_ATTEMPTS": "0"]), .serialized, .timeLimit(.minutes(10)))
struct RefusalScenarios {
    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    /// A token where the endpoint asks for one: of an Admin of the organization that paths name.
    private func token(for endpoint: Endpoint) async throws -> String? {
        guard endpoint.needsToken else { return nil }
        let person = try await site.person()
        let organization = try #require(UUID(uuidString: "01930000-0000-7000-8000-000000000001"))
        try await site.database.run(
            """
            INSERT INTO portero.organizations (id, slug, name) VALUES (\(organization), 'mi-escape-room', 'Mi Escape Room')
            ON CONFLICT DO NOTHING
            """
        )
        try await site.join(person, to: organization, as: "Admin")
        return try await site.session(of: person, visitor).access
    }

    /// Sends requests, and sees to it that they change nothing.
    private func changingNothing(_ body: () async throws -> Void) async throws {
        let before = try await site.database.state()
        try await body()
        #expect(try await site.database.state() == before)
    }

    @Test("A field that is missing, null, of another type or malformed is named in a 400", arguments: Endpoint.all)
    func wrongFields(endpoint: Endpoint) async throws {
        let token = try await token(for: endpoint)
        try await changingNothing {
            for field in endpoint.fields {
                var values: [JSONText?] = field.kind.unacceptable
                if field.isRequired { values += [nil, JSONText.null] }
                for value in values {
                    let reply = try await visitor.send(
                        endpoint.method,
                        endpoint.target,
                        body: endpoint.body([field.name: value]).text,
                        token: token
                    )
                    let given = "\(field.name): \(value?.text ?? "missing")"
                    #expect(reply.shape == Reply.fieldProblem(), "\(given)")
                    #expect(reply.faultyFields == [field.name], "\(given)")
                    #expect(reply.header("Content-Type") == "application/problem+json; charset=utf-8")
                }
            }
        }
    }

    @Test("All fields at fault are named at once", arguments: Endpoint.all.filter { $0.fields.count > 1 })
    func allFaultsAtOnce(endpoint: Endpoint) async throws {
        let reply = try await visitor.send(
            endpoint.method,
            endpoint.target,
            body: JSONText.object(
                Dictionary(uniqueKeysWithValues: endpoint.fields.map { ($0.name, $0.kind == .list ? 1 : [1]) })
            ).text,
            token: token(for: endpoint)
        )
        #expect(reply.shape == Reply.fieldProblem())
        #expect(reply.faultyFields == endpoint.fields.map(\.name))
    }

    @Test("A body that is no JSON object is a 400 that says so", arguments: Endpoint.all.filter(\.takesBody))
    func malformedBodies(endpoint: Endpoint) async throws {
        let token = try await token(for: endpoint)
        let good = endpoint.body().text
        var bodies = [
            "{", "}", "nonsense", good + "x", good + good, "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}",
            "{a:1}",
            "{\"a\":\"\u{1}\"}", #"{"a":"\u0000"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00\ud800"}"#, #"{"a":"\x"}"#,
            #"{"a":1,"a":2}"#, "[]", "[\(good)]", "null", "true", "1", "\"text\"", "\u{feff}" + good, " ",
            String(repeating: "[", count: 5000), "{\"a\":1e999999}".replacing("1e", with: "1e1e"),
        ]
        bodies.append(#"{"a":"# + String(repeating: #"{"a":"#, count: 3000))
        try await changingNothing {
            for body in bodies {
                let reply = try await visitor.send(endpoint.method, endpoint.target, body: body, token: token)
                #expect(reply.shape == Reply.problem(400), "\(body.prefix(60).debugDescription)")
            }
        }
    }

    @Test("Bytes that are not UTF-8 are a 400", arguments: ["UTF-16", "Latin-1", "overlong", "surrogate"])
    func otherEncodings(kind: String) async throws {
        let text = #"{"email":"ana@correo.example","password":"Cripta-Sombra-42"}"#
        let bytes: [UInt8] =
            switch kind {
            case "UTF-16": text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
            case "Latin-1": Array(text.utf8).map { $0 == UInt8(ascii: "4") ? 0xf1 : $0 }
            case "overlong": Array(text.utf8).flatMap { $0 == UInt8(ascii: "4") ? [0xc0, 0xb4] : [$0] }
            default: Array(text.utf8).flatMap { $0 == UInt8(ascii: "4") ? [0xed, 0xa0, 0x80] : [$0] }
            }
        let client = try await RawClient(to: site.server.port, on: TestLoops.next())
        let head = "POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        try await client.send(Array("\(head)Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
        #expect(Reply(try await client.answer()).shape == Reply.problem(400))
        await client.close()
    }

    @Test("A body that is not declared as JSON in UTF-8 is a 415", arguments: Endpoint.all.filter(\.takesBody))
    func contentTypes(endpoint: Endpoint) async throws {
        let token = try await token(for: endpoint)
        let types = [
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
            "text/json",
            "application/json; charset=iso-8859-1", "application/json; charset=utf-16", "application/jsonp", "json", "",
            "application/json, text/plain", "application/json+x",
        ]
        try await changingNothing {
            for type in types {
                let reply = try await visitor.send(
                    endpoint.method,
                    endpoint.target,
                    body: endpoint.body().text,
                    token: token,
                    headers: [("Content-Type", type)]
                )
                #expect(reply.shape == Reply.problem(415), "\(type)")
            }
            if endpoint.needsBody {
                let reply = try await visitor.send(endpoint.method, endpoint.target, token: token)
                #expect(reply.shape == Reply.problem(415), "no type and no body")
            }
        }
    }

    @Test(
        "JSON in UTF-8 may be declared in several ways",
        arguments: [
            "application/json", "Application/JSON", "application/json;charset=utf-8",
            "application/json; charset=\"UTF-8\"",
            "application/merge-patch+json",
        ]
    )
    func acceptableTypes(type: String) async throws {
        let person = try await site.person()
        let reply = try await visitor.send(
            "POST",
            "/auth/login",
            body: person.credentials.text,
            headers: [("Content-Type", type)]
        )
        #expect(reply.status == 200)
    }

    @Test("A body over 64 KiB is a 413, one of 64 KiB is not")
    func tooLarge() async throws {
        let person = try await site.person()
        func body(of size: Int) -> String {
            let start = person.credentials.text.dropLast() + ",\"x\":\""
            return start + String(repeating: "a", count: size - start.utf8.count - 2) + "\"}"
        }
        #expect(try await visitor.send("POST", "/auth/login", body: body(of: 65_536)).status == 200)
        try await changingNothing {
            let reply = try await visitor.send("POST", "/auth/login", body: body(of: 65_537))
            #expect(reply.shape == Reply.problem(413))
        }
    }

    @Test("Names that the contract does not know are ignored")
    func unknownNames() async throws {
        let person = try await site.person()
        let body: JSONText = [
            "email": .string(person.email), "password": .string(person.password), "remember": true, "x": [["y": nil]],
        ]
        #expect(try await visitor.post("/auth/login", body).status == 200)
    }

    @Test("An address or a name may be as long as the contract says")
    func longestFields() async throws {
        let local = String(repeating: "a", count: 64)
        let email =
            local + "@" + String(repeating: "b", count: 63) + "." + String(repeating: "c", count: 63) + "."
            + String(repeating: "d", count: 53) + ".example"
        #expect(email.count == 254)
        let reply = try await visitor.post(
            "/auth/register",
            [
                "email": .string(email), "password": "ContraseñaSegura123!",
                "full_name": .string(String(repeating: "ñ", count: 200)),
            ]
        )
        #expect(reply.status == 201)
        let longer = try await visitor.post(
            "/auth/register",
            ["email": .string("a" + email), "password": "ContraseñaSegura123!", "full_name": "Ana"]
        )
        #expect(longer.faultyFields == ["email"])
    }

    @Test(
        "The wording follows Accept-Language, and is Spanish without it",
        arguments: [
            (nil, "es"), ("en", "en"), ("en-GB,es;q=0.5", "en"), ("es", "es"), ("fr, es-AR;q=0.8, en;q=0.7", "es"),
            ("de", "es"), ("*", "es"), ("en;q=0, es", "es"), (";;;", "es"),
        ] as [(String?, String)]
    )
    func languages(accepted: String?, expected: String) async throws {
        let reply = try await visitor.post(
            "/auth/login",
            ["email": "x"],
            headers: accepted.map { [("Accept-Language", $0)] } ?? []
        )
        #expect(reply.status == 400)
        #expect(reply.header("Content-Language") == expected)
        let wording =
            expected == "es"
            ? ("Solicitud incorrecta", "debe ser una dirección de correo electrónico", "es obligatorio")
            : ("Bad Request", "must be an e-mail address", "is required")
        #expect(reply["title"] == .string(wording.0))
        #expect(
            reply["errors"] == [
                ["field": "email", "message": .string(wording.1)],
                ["field": "password", "message": .string(wording.2)],
            ]
        )
    }
}
