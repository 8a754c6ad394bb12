import Support
import Testing

/// Bad input to the contracts that know no organization is told what is wrong with it, and changes nothing.
@Suite(
    "Bad input to the bound surfaces",
    .serving(Staff.listening.merging(["PORTERO_LOCKOUT_ATTEMPTS": "0"]) { $1 }),
    .serialized,
    .timeLimit(.minutes(10))
)
struct BoundRefusalScenarios {
    struct Case: Sendable, CustomTestStringConvertible {
        let contract: Contract
        let endpoint: Endpoint

        var testDescription: String { "\(contract.rawValue): \(endpoint.testDescription)" }
    }

    private static let cases = Contract.bound.flatMap { contract in
        Endpoint.of(contract).map { Case(contract: contract, endpoint: $0) }
    }
    private static let taking = cases.filter(\.endpoint.takesBody)

    let site: Site

    init() throws {
        site = try Site.here()
    }

    /// Sends a body as an Admin, where the endpoint asks for somebody.
    private func sender(
        for one: Case
    ) async throws -> @Sendable (_ body: String, _ type: String?) async throws -> Reply {
        let visitor = try one.contract.visitor(at: site)
        var headers: [(name: String, value: String)] = []
        if one.endpoint.needsToken {
            let token = try await site.visitor().track(site.boundMember(as: "Admin")).token
            headers.append(one.contract.header(for: token))
        }
        return { [headers] body, type in
            try await visitor.send(
                one.endpoint.method,
                one.endpoint.path.replacing("{id}", with: "1"),
                body: body,
                headers: headers + (type.map { [("Content-Type", $0)] } ?? [])
            )
        }
    }

    @Test("A field that is missing, null, of another type or malformed is named in a 400", arguments: taking)
    func wrongFields(_ one: Case) async throws {
        let send = try await sender(for: one)
        try await site.changingNothing {
            for field in one.endpoint.fields {
                let absent: [JSONText?] = field.isRequired ? [nil, JSONText.null] : []
                for value in field.kind.unacceptable + absent {
                    let reply = try await send(one.endpoint.body([field.name: value]).text, nil)
                    let given = "\(field.name): \(value?.text.prefix(80) ?? "missing")"
                    #expect(reply.shape == one.contract.fieldRefusal(), "\(given)")
                    #expect(one.contract.faultyFields(of: reply) == [field.name], "\(given)")
                }
            }
        }
    }

    @Test("All fields at fault are named at once", arguments: taking)
    func allFaultsAtOnce(_ one: Case) async throws {
        let names = one.endpoint.fields.map(\.name)
        let wrong = JSONText.object(Dictionary(uniqueKeysWithValues: names.map { ($0, [1]) }))
        let reply = try await sender(for: one)(wrong.text, nil)
        #expect(reply.shape == one.contract.fieldRefusal())
        #expect(one.contract.faultyFields(of: reply).sorted() == names.sorted())
    }

    @Test("A body that is no JSON object is a 400, one that is not declared as JSON a 415", arguments: taking)
    func malformedBodies(_ one: Case) async throws {
        let send = try await sender(for: one)
        let good = one.endpoint.body().text
        try await site.changingNothing {
            for body in [
                "{", good + "x", good + good, "{\"a\":1,}", "{\"a\":NaN}", #"{"a":"\u0000"}"#, #"{"a":"\ud800"}"#,
                #"{"a":1,"a":2}"#, "[]", "[\(good)]", "null", "1", "\"x\"", "\u{feff}" + good, " ",
                String(repeating: "[", count: 5000),
            ] {
                let reply = try await send(body, nil)
                #expect(reply.shape == one.contract.refusal(400), "\(body.prefix(60).debugDescription)")
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""] {
                #expect(try await send(good, type).shape == one.contract.refusal(415), "\(type)")
            }
        }
        let large = try await send(#"{"a":"\#(String(repeating: "a", count: 65_536))"}"#, nil)
        #expect(large.shape == one.contract.refusal(413))
    }

    @Test(
        "What asks for a body is a 415 without one",
        arguments: taking.filter { $0.endpoint.needsBody && $0.endpoint.method != "DELETE" }
    )
    func noBody(_ one: Case) async throws {
        #expect(try await sender(for: one)("", nil).shape == one.contract.refusal(415))
    }
}
