import Cryptography
import Foundation
import Postgres
import Support
import Testing

/// Every endpoint that asks for a token refuses what is none, alike, and changes nothing.
@Suite("Access tokens", .serving(), .serialized, .timeLimit(.minutes(10)))
struct AccessTokenScenarios {
    static let guarded = Endpoint.all.filter(\.needsToken)

    let site: Site
    let visitor: Visitor

    init() throws {
        site = try Site.here()
        visitor = site.visitor()
    }

    private func refuses(_ endpoint: Endpoint, authorization: String?, _ what: String) async throws {
        let reply = try await visitor.send(
            endpoint.method,
            endpoint.target,
            headers: authorization.map { [("Authorization", $0)] } ?? []
        )
        #expect(reply.shape == Reply.problem(401), "\(what)")
        #expect(reply["status"] == 401)
        let challenge = reply.header("WWW-Authenticate")
        #expect(
            challenge == "Bearer" || challenge == "Bearer error=\"invalid_token\"",
            "\(what): \(challenge ?? "none")"
        )
    }

    @Test("Without a token, or with what is no token of ours, the answer is 401", arguments: guarded)
    func noToken(endpoint: Endpoint) async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        let before = try await site.database.state()
        let parts = tokens.access.split(separator: ".").map(String.init)
        let claims = String(decoding: JWT.decode(parts[1]), as: UTF8.self)
        func signed(_ claims: String, header: String = #"{"alg":"none"}"#, signature: String = "") -> String {
            "\(JWT.encode(Array(header.utf8))).\(JWT.encode(Array(claims.utf8))).\(signature)"
        }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = alphabet.firstIndex(of: tokens.access.last ?? "A") ?? 0
        let cases: [(String, String?)] = [
            ("nothing", nil), ("another scheme", "Basic \(tokens.access)"), ("no scheme", tokens.access),
            ("empty", "Bearer "),
            ("a refresh token", "Bearer \(tokens.refresh)"), ("nonsense", "Bearer nonsense"),
            ("8 KiB of nonsense", "Bearer " + String(repeating: "a", count: 8000)),
            ("without signature", "Bearer \(parts[0]).\(parts[1])."), ("two parts", "Bearer \(parts[0]).\(parts[1])"),
            ("four parts", "Bearer \(tokens.access).x"),
            ("a space at the end of its middle", "Bearer \(parts[0]). \(parts[1]).\(parts[2])"),
            ("padding", "Bearer \(tokens.access)="), ("a dot at the end", "Bearer \(tokens.access)."),
            ("another spelling", "Bearer \(tokens.access.dropLast())\(alphabet[last ^ 1])"),
            ("alg none", "Bearer \(signed(claims))"),
            ("alg NONE", "Bearer \(signed(claims, header: #"{"alg":"NONE"}"#))"),
            ("its signature under alg none", "Bearer \(signed(claims, signature: parts[2]))"),
            (
                "changed claims",
                "Bearer \(parts[0]).\(JWT.encode(Array(claims.replacing("}", with: " }").utf8))).\(parts[2])"
            ),
            ("in quotes", "Bearer \"\(tokens.access)\""), ("a code", "Bearer 123456"),
        ]
        for (what, authorization) in cases { try await refuses(endpoint, authorization: authorization, what) }
        #expect(try await site.database.state() == before)
    }

    @Test(
        "A token that is signed by us but expired, or made for somebody or something else, is refused",
        arguments: guarded
    )
    func forged(endpoint: Endpoint) async throws {
        let person = try await site.person()
        let tokens = try await site.session(of: person, visitor)
        let foreign = try await site.session(of: site.person(), visitor)
        let mint = try Mint(like: tokens.access)
        let before = try await site.database.state()
        let forgeries: [(String, String)] = [
            ("expired a second ago", mint.token { $0.expiresAt = Int(Date().timeIntervalSince1970) - 1 }),
            ("of no session", mint.token { $0.sessionID = UUID() }), ("of no user", mint.token { $0.userID = UUID() }),
            (
                "of another's session",
                mint.token { $0.sessionID = UUID(uuidString: JWT(foreign.access).session ?? "") ?? UUID() }
            ),
            ("for another audience", mint.token(audience: "https://other.example")),
            ("by another issuer", mint.token(issuer: "https://other.example")),
            ("under another secret", mint.token(secret: "another secret, which is quite as long as the right one")),
            ("by another algorithm", mint.token(algorithm: .edDSA)),
        ]
        for (what, token) in forgeries { try await refuses(endpoint, authorization: "Bearer \(token)", what) }
        #expect(try await site.database.state() == before)
        // What makes the forgeries makes good tokens, too.
        #expect(try await visitor.get("/auth/me", token: mint.token { _ in }).status == 200)
    }

    @Test(
        "A token whose session has ended or expired, or whose person was closed or deleted, is refused at once",
        arguments: guarded
    )
    func ended(endpoint: Endpoint) async throws {
        let people = [
            try await site.person(), try await site.person(), try await site.person(), try await site.person(),
        ]
        let tokens = try await site.sessions(of: people, visitor)
        #expect(try await visitor.post("/auth/logout", token: tokens[0].access).status == 200)
        try await site.database.run(
            "UPDATE portero.sessions SET expires_at = now() WHERE user_id = \(people[1].id)"
        )
        try await site.database.run("UPDATE portero.users SET is_active = false WHERE id = \(people[2].id)")
        try await site.database.run("DELETE FROM portero.users WHERE id = \(people[3].id)")
        let before = try await site.database.state()
        for (what, tokens) in zip(["logged out", "expired", "closed", "deleted"], tokens) {
            try await refuses(endpoint, authorization: "Bearer \(tokens.access)", what)
        }
        #expect(try await site.database.state() == before)
    }

    @Test("The scheme may be written in any case", arguments: ["Bearer", "bearer", "BEARER"])
    func scheme(name: String) async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        let reply = try await visitor.get("/auth/me", headers: [("Authorization", "\(name) \(tokens.access)")])
        #expect(reply.status == 200)
    }

    @Test("A token counts in the Authorization header only")
    func tokenElsewhere() async throws {
        let tokens = try await site.session(of: site.person(), visitor)
        let reply = try await visitor.get(
            "/auth/me?access_token=\(tokens.access)&token=\(tokens.access)",
            headers: [("Cookie", "access_token=\(tokens.access)"), ("X-Auth-Token", tokens.access)]
        )
        #expect(reply.status == 401)
    }

    @Test("A token says who, which session, where, for how long, and has an identity of its own")
    func claims() async throws {
        let person = try await site.person()
        let organization = try await site.organization("Uno", with: person, as: "Admin")
        let tokens = try await site.session(of: person, visitor)
        let jwt = JWT(tokens.access)
        #expect(jwt.header["alg"] == "HS256")
        #expect(jwt.claims.keys == ["aud", "ctx", "exp", "iat", "iss", "jti", "org", "sid", "sub"])
        #expect(jwt.claims["sub"] == .string(person.idText))
        #expect(jwt.claims["org"] == .string(organization.uuidString.lowercased()))
        #expect(jwt.claims["iss"] == "http://127.0.0.1:8000")
        let (issued, expires) = (jwt.claims["iat"]?.integer ?? 0, jwt.claims["exp"]?.integer ?? 0)
        #expect(expires - issued == 1800)
        #expect(abs(issued - Int(Date().timeIntervalSince1970)) < 60)
        let stored: String? = try await site.database.value(
            "SELECT id::text FROM portero.sessions WHERE user_id = \(person.id)"
        )
        #expect(jwt.session == stored)
    }
}

/// Makes access tokens as the server does, knowing its secret.
struct Mint {
    private let claims: AccessTokenClaims

    init(like token: String) throws {
        let claims = JWT(token).claims
        self.claims = AccessTokenClaims(
            issuer: claims["iss"]?.string ?? "",
            audience: claims["aud"]?.string ?? "",
            userID: try #require(UUID(uuidString: claims["sub"]?.string ?? "")),
            sessionID: try #require(UUID(uuidString: claims["sid"]?.string ?? "")),
            organizationID: claims["org"]?.string.flatMap { UUID(uuidString: $0) },
            issuedAt: try #require(claims["iat"]?.integer),
            expiresAt: try #require(claims["exp"]?.integer),
            tokenID: UUID(),
            context: ContextCode(JWT.decode(claims["ctx"]?.string ?? ""))
        )
    }

    func token(
        secret: String = Site.secret,
        algorithm: JWTAlgorithm = .hs256,
        issuer: String? = nil,
        audience: String? = nil,
        _ change: (inout AccessTokenClaims) -> Void = { _ in }
    ) -> String {
        var claims = claims
        claims.issuer = issuer ?? claims.issuer
        claims.audience = audience ?? claims.audience
        change(&claims)
        guard let ring = try? KeyRing(secrets: [Secret(secret)]) else { return "" }
        let authority = AccessTokenAuthority(
            algorithm: algorithm,
            keys: ring,
            issuer: claims.issuer,
            audience: claims.audience
        )
        return authority.sign(claims)
    }
}
