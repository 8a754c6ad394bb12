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
        let language = request.language(default: .spanish)
        let detail = language.choose(
            "The database is out of reach, or not migrated.",
            "La base de datos no está al alcance, o le faltan migraciones."
        )
        return Problem(status: 503, detail: detail).response(in: language, headers: [.retryAfter(seconds: 1)])
    }

    func response(to error: any Error, for request: Request) -> Response {
        let language = request.language(default: .spanish)
        guard let refusal = error as? Unroutable else { return Problem(status: 500).response(in: language) }
        return Problem(refusal, in: language).response(in: language)
    }
}

extension Response {
    fileprivate static func status(_ text: StaticString) -> Response {
        var writer = JSONWriter()
        writer.object { $0.field("status", text) }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}
