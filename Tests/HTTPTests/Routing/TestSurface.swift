import HTTP

/// A surface that answers what a handler saw, and words refusals under its own name.
struct TestSurface: Surface {
    struct Refused: Error {}

    let name: String
    let routes: [Route]

    /// A surface of these routes: method and path, separated by a space.
    init(_ name: String, _ paths: String...) {
        self.name = name
        routes = paths.compactMap { line in
            let parts = line.split(separator: " ")
            guard parts.count == 2, let method = Method.allCases.first(where: { $0.name.description == parts[0] })
            else {
                return nil
            }
            return Route(method, String(parts[1]), "test") { request in
                if request.header("x-fail") != nil { throw Refused() }
                let captured = ["id", "user", "any"].compactMap { name in
                    request.parameters[name].map { "\(name)=\($0)" }
                }
                let text = ([line] + captured).joined(separator: " ")
                return Response(status: 200, contentType: .text, body: Array(text.utf8))
            }
        }
    }

    func response(to error: any Error, for request: Request) -> Response {
        let status = (error as? Unroutable)?.status ?? (error is Refused ? 429 : 500)
        return Response(status: status, contentType: .text, body: Array(name.utf8))
    }

    func response(to refusal: Unreadable) -> Response? {
        Response(
            status: refusal.status,
            contentType: .text,
            body: Array("\(name): \(refusal.detail(in: .spanish))".utf8)
        )
    }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The values of a header, in any case, in order.
    func values(_ name: String) -> [String] {
        headers.filter { $0.name.description.lowercased() == name.lowercased() }.map(\.value)
    }
}
