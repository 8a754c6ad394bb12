package import Domain
package import Storage

extension AdministrationService {
    /// Accounts by their addresses, at most `limit`.
    ///
    /// - Throws: `AuthError.organizationNotFound`, `.unavailable`.
    package func accounts(ofOrganization slug: String?, search: String?, limit: Int) async throws -> [ListedAccount] {
        var organization: OrganizationID?
        if let slug {
            organization = try await repository.organization(slug)
            if organization == nil { throw AuthError.organizationNotFound }
        }
        return try await repository.accounts(of: organization, search: search, limit: limit)
    }

    /// Closes an account and ends its sessions, or opens it again.
    ///
    /// - Throws: `AuthError.unknownAccount`, `.lastAdmin`, `.unavailable`.
    package func setActive(_ isActive: Bool, _ email: EmailAddress) async throws -> AccountChange {
        try await known(repository.setActive(isActive, email, origin: .commandLine))
    }

    /// The organizations, by slug, for whose sake an account cannot be closed.
    package func organizationsThatNeed(_ email: EmailAddress) async throws -> [String] {
        try await repository.organizationsThatNeed(email)
    }

    /// Forgets the failed logins that are counted for an account, whichever of our secrets they were counted under.
    ///
    /// - Returns: how many there were.
    /// - Throws: `AuthError.unknownAccount`, `.unavailable`.
    package func unlock(_ email: EmailAddress) async throws -> Int {
        let identities = keys.identityDigests(of: email)
        return try await known(repository.unlock(email, identities: identities, origin: .commandLine))
    }

    /// Ends an account's sessions.
    ///
    /// - Returns: how many there were.
    /// - Throws: `AuthError.unknownAccount`, `.unavailable`.
    package func logOut(_ email: EmailAddress) async throws -> Int {
        try await known(repository.logOut(email, origin: .commandLine))
    }

    private func known<Value>(_ outcome: Value?) throws -> Value {
        guard let outcome else { throw AuthError.unknownAccount }
        return outcome
    }
}
