import Domain
package import HTTP
package import Services

/// What speaks the escape-room's dialect: bearer tokens, and problem details in Spanish or English.
package protocol EscapeRoomDialect: Surface {
    var authentication: AuthenticationService { get }
    /// Told of what is answered as a bare 500.
    var report: @Sendable (any Error, Request) -> Void { get }
}

extension EscapeRoomDialect {
    /// The person behind a request's access token, in the organization that the token names.
    func caller(of request: Request) async throws -> Caller {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        return try await authentication.caller(presenting: token)
    }

    /// The same in the organization that the path names.
    ///
    /// - Throws: `AuthError.organizationNotFound`, the same for what is no id, nobody's, and somebody else's.
    func member(of request: Request) async throws -> Caller {
        guard let token = request.bearerToken else { throw AuthError.unauthenticated }
        guard let id = request.parameters.uuid("id") else {
            _ = try await authentication.caller(presenting: token)
            throw AuthError.organizationNotFound
        }
        return try await authentication.caller(presenting: token, in: OrganizationID(rawValue: id))
    }
}
