import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    func login(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let password = body.password("password")
        try body.finish()
        return .tokens(
            try await logins.login(email: required(email), password: password, origin: request.origin)
        )
    }

    func refresh(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let token = body.string("refresh_token", .verbatim(upToBytes: 8192))
        let organization = body.optionalUUID("organization_id").map { OrganizationID(rawValue: $0) }
        try body.finish()
        return .tokens(try await refreshes.refresh(token, organization: organization, origin: request.origin))
    }

    func logout(_ request: Request) async throws -> Response {
        try await sessions.logout(caller(of: request), origin: request.origin)
        return .message("Sesión cerrada correctamente")
    }
}

extension Response {
    fileprivate static func tokens(_ tokens: IssuedTokens) -> Response {
        var writer = JSONWriter()
        writer.object {
            $0.field("access_token", tokens.accessToken)
            $0.field("refresh_token", tokens.refreshToken)
            $0.field("token_type", "bearer" as StaticString)
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}
