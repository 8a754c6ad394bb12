import Cryptography
package import Domain
import Storage

/// Who joined an organization, and the tokens of the session that this opened.
package struct AcceptedInvitation: Sendable {
    package let organization: OrganizationReference
    package let role: RoleReference
    package let madeAccount: Bool
    package let tokens: IssuedTokens
}

/// What the holder of an invitation's token does with it.
package struct AcceptanceService: Sendable {
    private let dependencies: Dependencies
    private let authentication: AuthenticationService

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        authentication = AuthenticationService(dependencies)
    }

    /// Makes the invited person a member, and opens a session in the organization.
    ///
    /// Name and password count where there is no account yet, and change nothing where there is one. `bearer` is the token
    /// of who is logged in already, if anybody.
    ///
    /// - Throws: `AuthError.unauthenticated` (a bearer that is not good), `.sessionOpenedByAnother`, `.invitationNotFound`,
    ///   `.invitationOfSomebodyElse`, `.accountInactive`, `.accountNeeded`, `.unacceptablePassword`, `.tooManyRequests`,
    ///   `.unavailable`.
    package func accept(
        _ token: String,
        fullName: FullName?,
        password: String?,
        presenting bearer: ArraySlice<UInt8>?,
        origin: Origin
    ) async throws -> AcceptedInvitation {
        try dependencies.admit(origin)
        var caller: UserID?
        if let bearer {
            let bearer = try await authentication.caller(presenting: bearer)
            try await dependencies.requireOwnSession(bearer, from: origin)
            caller = bearer.userID
        }
        guard let digest = RandomToken.digest(of: token),
            let invitee = try await dependencies.storage.invitations.invitee(of: digest),
            let email = EmailAddress(invitee.email)
        else { throw AuthError.invitationNotFound }
        guard caller == nil || caller == invitee.userID else { throw AuthError.invitationOfSomebodyElse }
        guard invitee.isActive else { throw AuthError.accountInactive }
        let newcomer = invitee.userID == nil ? try await newcomer(email, fullName, password) : nil
        let refreshToken = RandomToken.make()
        let session = NewSession(
            id: SessionID.make(at: dependencies.now()),
            number: SessionNumber.make(),
            lifetime: dependencies.settings.sessionLifetime,
            refreshDigest: RandomToken.digest(of: refreshToken),
            reported: ReportedClient()
        )
        let outcome = try await dependencies.storage.invitations.accept(
            digest,
            by: caller,
            newcomer,
            identityDigest: dependencies.keys.identityDigest(of: email),
            session,
            times: dependencies.tokenTimes(),
            origin: origin
        )
        switch outcome {
        case .accepted(let acceptance): return issued(acceptance, refreshToken)
        case .notFound: throw AuthError.invitationNotFound
        case .accountInactive: throw AuthError.accountInactive
        // It went in this moment.
        case .noAccount: throw AuthError.unavailable(seconds: 1)
        }
    }

    /// Turns an invitation down.
    ///
    /// - Throws: `AuthError.invitationNotFound`, `.tooManyRequests`.
    package func refuse(_ token: String, origin: Origin) async throws {
        try dependencies.admit(origin)
        guard let digest = RandomToken.digest(of: token),
            try await dependencies.storage.invitations.refuse(digest, origin: origin)
        else { throw AuthError.invitationNotFound }
    }

    private func newcomer(
        _ email: EmailAddress,
        _ fullName: FullName?,
        _ password: String?
    ) async throws -> Newcomer {
        guard let fullName, let password else { throw AuthError.accountNeeded }
        try PasswordPolicy.check(password, of: email.text, named: fullName.text)
        return Newcomer(
            id: UserID.make(at: dependencies.now()),
            fullName: fullName,
            passwordHash: try await dependencies.hash(password)
        )
    }

    private func issued(_ acceptance: Acceptance, _ refreshToken: String) -> AcceptedInvitation {
        AcceptedInvitation(
            organization: acceptance.organization,
            role: acceptance.role,
            madeAccount: acceptance.isNewAccount,
            tokens: IssuedTokens(
                accessToken: dependencies.accessToken(for: acceptance.grant),
                refreshToken: refreshToken
            )
        )
    }
}
