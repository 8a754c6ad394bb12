import Cryptography
import HTTP
import Migrations
import Storage

/// What watches the server and what trusts its tokens asks here.
struct SystemSurface: Surface {
    let upkeep: UpkeepRepository
    let tokens: AccessTokenAuthority

    var routes: [Route] {
        [
            Route(.get, "/healthz", "Whether the process is alive") { _ in .status("ok") },
            Route(.get, "/readyz", "Whether the database is in reach and migrated", handler: readiness),
            Route(.get, "/.well-known/jwks.json", "The public keys of access tokens") { _ in
                Response(status: 200, contentType: .json, body: tokens.jwks())
            },
        ]
    }

    private func readiness(_ request: Request) async -> Response {
        if await upkeep.isReady(with: Migrations.all.count) { return .status("ready") }
        return Problem(status: 503, detail: "The database is out of reach, or not migrated.")
            .response(in: .english, headers: [.retryAfter(seconds: 1)])
    }

    func response(to error: any Error, for request: Request) -> Response {
        guard let refusal = error as? Unroutable else { return Problem(status: 500).response(in: .english) }
        return Problem(refusal, in: .english).response(in: .english)
    }
}

extension Response {
    fileprivate static func status(_ text: StaticString) -> Response {
        var writer = JSONWriter()
        writer.object { $0.field("status", text) }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}
