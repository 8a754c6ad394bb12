import Support
import Testing

/// Somebody who speaks to a server, over one connection that is kept alive.
struct Visitor: Sendable {
    private let client: HTTPClient

    /// - Parameters:
    ///   - port: the server's.
    ///   - address: 127.0.0.2 and so on are other networks.
    init(to port: UInt16, from address: String? = nil) {
        client = HTTPClient(to: port, from: address, on: TestLoops.next())
    }

    func post(
        _ path: String,
        _ body: JSONText? = nil,
        token: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Reply {
        try await send("POST", path, body: body?.text ?? "", token: token, headers: headers)
    }

    func get(
        _ path: String,
        token: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Reply {
        try await send("GET", path, token: token, headers: headers)
    }

    func patch(_ path: String, _ body: JSONText, token: String? = nil) async throws -> Reply {
        try await send("PATCH", path, body: body.text, token: token)
    }

    func delete(_ path: String, token: String? = nil) async throws -> Reply {
        try await send("DELETE", path, token: token)
    }

    func send(
        _ method: String,
        _ path: String,
        body: String = "",
        token: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> Reply {
        let authorization = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        let reply = Reply(try await client.request(method, path, headers: authorization + headers, body: body))
        reply.expectDiscretion()
        return reply
    }

    func close() async {
        await client.close()
    }
}

/// An answer, and what its JSON says.
struct Reply: Sendable {
    let answer: Answer
    /// Nil for a body that is no JSON.
    let json: JSONText?

    init(_ answer: Answer) {
        self.answer = answer
        json = JSONText(answer.body)
    }

    var status: Int { answer.status }

    /// `status` and the JSON's names and types: `200 {message: string}`; the status alone where there is no body.
    var shape: String {
        answer.body.isEmpty ? "\(status)" : "\(status) \(json?.shape ?? "no JSON")"
    }

    subscript(_ name: String) -> JSONText? { json?[name] }

    func string(_ name: String) -> String { json?[name]?.string ?? "" }

    /// The names of the fields at fault, in order.
    var faultyFields: [String] { (json?["errors"]?.array ?? []).compactMap { $0["field"]?.string } }

    /// A header's value.
    func header(_ name: String) -> String? { answer[name] }
}

extension Reply {
    /// Whatever was asked, the answer is no fault of ours, and tells nothing about what is inside.
    fileprivate func expectDiscretion() {
        #expect(status < 500 || status == 503, "\(answer.text)")
        guard status >= 300 else { return }
        for word in ["portero.", "SQLSTATE", "SELECT ", "pg_", "/tmp/", ".swift", "$2b$"] {
            #expect(!answer.text.contains(word), "\(answer.text)")
        }
        // Where the body says the status too.
        for name in ["status", "statusCode"] {
            if let said = self[name]?.integer { #expect(said == status, "\(answer.text)") }
        }
    }

    /// What every problem looks like that is not about fields.
    static func problem(_ status: Int) -> String {
        "\(status) {detail: string, status: integer, title: string, type: string}"
    }

    /// What every problem looks like that names fields.
    static func fieldProblem(_ status: Int = 400) -> String {
        "\(status) {detail: string, errors: [{field: string, message: string}], status: integer, title: string, type: string}"
    }

    static let tokens = "200 {access_token: jwt, refresh_token: string, token_type: string}"
    static let message = "200 {message: string}"
}
