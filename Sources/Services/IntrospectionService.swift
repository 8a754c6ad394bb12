import Cryptography
package import Domain
import Storage

/// What there is to know about a token that is good (RFC 7662).
package struct Introspection: Sendable {
    package let issuer: String
    package let audience: String
    package let userID: UserID
    package let sessionID: SessionID
    /// As the token says, whether or not its person still works there.
    package let claimedOrganizationID: OrganizationID?
    /// Seconds since 1970.
    package let issuedAt: Int
    package let expiresAt: Int
    package let tokenID: AccessTokenID
    package let email: String
    package let username: String?
    /// As it is now.
    package let organizationID: OrganizationID?
    package let role: String?
    package let permissions: [String]
}

/// Tells what a token is worth now.
package struct IntrospectionService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// What a program may know about a token: nil unless it is good, and works in the program's own organization.
    package func introspect(_ token: String, for service: ServiceCaller) async throws -> Introspection? {
        try await introspect(token) { $0.organizationID == service.organizationID }
    }

    /// What a person may know about the very token that they present.
    ///
    /// - Throws: `AuthError.foreignToken` for any other.
    package func introspect(_ token: String, presenting own: ArraySlice<UInt8>) async throws -> Introspection? {
        guard token.utf8.elementsEqual(own) else { throw AuthError.foreignToken }
        return try await introspect(token) { _ in true }
    }

    /// Whoever is told of a token has it from its session's person, who uses it.
    private func introspect(_ token: String, where mayKnow: (TokenFacts) -> Bool) async throws -> Introspection? {
        guard let claims = dependencies.tokens.verify(token, now: dependencies.epochSeconds()) else { return nil }
        let organization = claims.organizationID.map { OrganizationID(rawValue: $0) }
        let facts = try await dependencies.storage.places.facts(
            of: SessionID(rawValue: claims.sessionID),
            user: UserID(rawValue: claims.userID),
            organization: organization
        )
        guard let facts, mayKnow(facts) else { return nil }
        if facts.isStale { dependencies.activity.note(SessionID(rawValue: claims.sessionID)) }
        return Introspection(
            issuer: claims.issuer,
            audience: claims.audience,
            userID: UserID(rawValue: claims.userID),
            sessionID: SessionID(rawValue: claims.sessionID),
            claimedOrganizationID: organization,
            issuedAt: claims.issuedAt,
            expiresAt: claims.expiresAt,
            tokenID: AccessTokenID(rawValue: claims.tokenID),
            email: facts.email,
            username: facts.username,
            organizationID: facts.organizationID,
            role: facts.role,
            permissions: facts.permissions
        )
    }
}
