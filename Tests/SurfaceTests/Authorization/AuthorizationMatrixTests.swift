import HTTP
import Support
import Testing

@Suite("The authorization matrix", .serving(), .serialized, .timeLimit(.minutes(10)))
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
        for actor in Actor.allCases {
            let fixture = try await AuthorizationFixture(for: actor, at: site, visitor)
            let reply = try await visitor.send(
                row.method,
                fixture.filled(row.path),
                body: fixture.filled(row.body),
                token: fixture.token,
                headers: fixture.headers
            )
            #expect(reply.status == row.statuses[actor], "\(row.route) by \(actor): \(reply.answer.text)")
        }
    }

    @Test("A path answers the methods that it does not have with 405 and those that it has, whoever asks")
    func otherMethods() async throws {
        let matrix = try Self.matrix.get()
        for actor in Actor.allCases {
            let fixture = try await AuthorizationFixture(for: actor, at: site, visitor)
            for (path, known) in matrix.paths {
                for method in AuthorizationMatrix.methods where !known.contains(method) {
                    let reply = try await visitor.send(
                        method,
                        fixture.filled(path),
                        token: fixture.token,
                        headers: fixture.headers
                    )
                    #expect(reply.status == 405, "\(method) \(path) by \(actor): \(reply.answer.text)")
                    let allowed = Set((reply.header("Allow") ?? "").split(separator: ", ").map(String.init))
                    #expect(allowed.isSuperset(of: known), "\(path): \(allowed)")
                }
            }
        }
    }

    @Test("The matrix has a row for each route, none for another, and at least 600 cells")
    func isComplete() async throws {
        let matrix = try Self.matrix.get()
        let routes = try await SourcesOfTruthTests.routes().map { "\($0.method.name) \($0.path)" }
        #expect(
            matrix.rows.map { $0.route.replacing(/\{\w+\}/, with: "{}") }.sorted()
                == routes.map { $0.replacing(/\{\w+\}/, with: "{}") }.sorted()
        )
        #expect(matrix.cellCount >= 600)
    }
}
