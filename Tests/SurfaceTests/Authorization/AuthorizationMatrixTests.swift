import HTTP
import Support
import Testing

@Suite(
    "The authorization matrix",
    .serving([
        "PORTERO_LISTEN_USUARIOS": "127.0.0.1:0", "PORTERO_RATE_LIMIT_PER_MINUTE": "0",
        "PORTERO_RATE_LIMIT_PER_HOUR": "0", "PORTERO_LOCKOUT_ATTEMPTS": "0",
    ]),
    .serialized,
    .timeLimit(.minutes(10))
)
struct AuthorizationMatrixTests {
    private static let matrix = Result { try AuthorizationMatrix.load() }
    private static var rows: [AuthorizationMatrix.Row] { (try? matrix.get().rows) ?? [] }

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    @Test("Each route answers each kind of caller as its row says", arguments: rows)
    func cells(_ row: AuthorizationMatrix.Row) async throws {
        let there = try row.contract.visitor(at: site)
        var untouched: AuthorizationFixture?
        for actor in Actor.allCases {
            let place: AuthorizationFixture
            if let untouched {
                place = untouched
            } else {
                place = try await AuthorizationFixture(naming: row.path + row.body, at: site, visitor)
            }
            let fixture = try await place.admitting(actor, at: site, visitor)
            let reply = try await there.send(
                row.method,
                fixture.filled(row.path),
                body: fixture.filled(row.body),
                headers: fixture.headers(in: row.contract)
            )
            #expect(reply.status == row.statuses[actor], "\(row.route) by \(actor): \(reply.answer.text)")
            untouched = row.method == "GET" || reply.status >= 400 ? place : nil
            guard reply.status >= 400 else { continue }
            let shapes = [row.contract.refusal(reply.status), row.contract.fieldRefusal(reply.status)]
            #expect(shapes.contains(reply.shape), "\(row.route) by \(actor): \(reply.answer.text)")
            if let message = row.contract.message(reply.status) { #expect(reply["message"] == message) }
        }
    }

    @Test("A path answers the methods that it does not have with 405 and those that it has, whoever asks")
    func otherMethods() async throws {
        let paths = try Self.matrix.get().paths
        let place = try await AuthorizationFixture(naming: "", at: site, visitor)
        for actor in Actor.allCases {
            let fixture = try await place.admitting(actor, at: site, visitor)
            for (place, known) in paths {
                let there = try place.contract.visitor(at: site)
                for method in AuthorizationMatrix.methods where !known.contains(method) {
                    let path = place.path.replacing("{}", with: "1")
                    let reply = try await there.send(method, path, headers: fixture.headers(in: place.contract))
                    #expect(reply.status == 405, "\(method) \(path) by \(actor): \(reply.answer.text)")
                    let allowed = Set((reply.header("Allow") ?? "").split(separator: ", ").map(String.init))
                    #expect(allowed.isSuperset(of: known), "\(path): \(allowed)")
                }
                await there.close()
            }
        }
    }

    @Test("The matrix has a row for each route, none for another, and at least 600 cells")
    func isComplete() async throws {
        let matrix = try Self.matrix.get()
        let routes = try await SourcesOfTruthTests.routes().flatMap { contract, routes in
            routes.map { "\(contract.rawValue): \($0.method.name) \($0.path)" }
        }
        #expect(
            Set(matrix.rows.map { $0.route.replacing(/\{\w+\}/, with: "{}") })
                == Set(routes.map { $0.replacing(/\{\w+\}/, with: "{}") })
        )
        #expect(matrix.cellCount >= 600)
    }
}
