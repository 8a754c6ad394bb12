import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    /// A service key asks about tokens of its organization; a token about itself alone.
    func introspect(_ request: Request) async throws -> Response {
        let found: Introspection?
        if request.headerBytes("x-service-key") != nil {
            let key = request.onlyHeaderBytes("x-service-key") ?? []
            let service = try await authentication.service(presenting: String(decoding: key, as: UTF8.self))
            found = try await introspections.introspect(tokenToIntrospect(in: request), for: service)
        } else {
            _ = try await caller(of: request)
            found = try await introspections.introspect(
                tokenToIntrospect(in: request),
                presenting: request.bearerToken ?? []
            )
        }
        var writer = JSONWriter()
        writer.introspection(found)
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    private func tokenToIntrospect(in request: Request) throws -> String {
        var body = try JSONBody(request)
        let token = body.string("token", .verbatim(upToBytes: 8192))
        try body.finish()
        return token
    }
}

extension JSONWriter {
    fileprivate mutating func introspection(_ found: Introspection?) {
        guard let found else { return object { $0.field("active", false) } }
        object {
            $0.field("active", true)
            $0.field("token_type", "Bearer" as StaticString)
            $0.field("iss", found.issuer)
            $0.field("aud", found.audience)
            $0.field("sub", found.userID.rawValue)
            $0.field("sid", found.sessionID.rawValue)
            $0.field("org", found.claimedOrganizationID?.rawValue)
            $0.field("iat", found.issuedAt)
            $0.field("exp", found.expiresAt)
            $0.field("jti", found.tokenID.rawValue)
            $0.field("username", found.username)
            $0.field("email", found.email)
            $0.field("organization_id", found.organizationID?.rawValue)
            $0.field("role", found.role)
            $0.strings("permissions", found.permissions)
        }
    }
}
