package import Cryptography
package import Domain
import FoundationEssentials
package import Storage

/// What the command line does for whoever runs the server.
package struct AdministrationService: Sendable {
    let repository: AdministrationRepository
    let keys: ServiceKeys
    private let hasher: PasswordHasher

    package init(_ repository: AdministrationRepository, keys: ServiceKeys, hasher: PasswordHasher) {
        self.repository = repository
        self.keys = keys
        self.hasher = hasher
    }

    /// Makes a member with the role Admin, or promotes the account with that address.
    ///
    /// An account that is there is opened where it was closed; it keeps its name and its username, and its password unless
    /// asked otherwise. A new one ends its sessions and codes, lifts its lock, and is told to it by mail; `password` is called only where one is needed.
    ///
    /// - Throws: `AuthError.unacceptablePassword`, `.usernameTaken`, `.organizationNotFound`, `.unavailable`.
    package func makeAdmin(
        email: EmailAddress,
        fullName: FullName,
        username: Username?,
        organization: String,
        password: @Sendable () throws -> String,
        resettingPassword: Bool
    ) async throws -> AdministrationRepository.AdminOutcome {
        var hash: String?
        let exists = try await repository.hasAccount(email)
        if resettingPassword || !exists {
            let password = try password()
            try PasswordPolicy.check(password, of: email.text, named: fullName.text)
            do { hash = try await hasher.hash(password) } catch { throw AuthError.unavailable(seconds: 1) }
        }
        let outcome = try await repository.makeAdmin(
            UserID.make(at: Date()),
            email: email,
            fullName: fullName,
            username: username,
            passwordHash: hash,
            identityDigest: keys.identityDigest(of: email),
            organization: organization,
            origin: .commandLine
        )
        if outcome == .noOrganization { throw AuthError.organizationNotFound }
        return outcome
    }
}

extension Origin {
    static var commandLine: Origin {
        Origin(
            surface: .commandLine,
            address: nil,
            network: "",
            userAgent: nil,
            requestID: "command-line",
            language: .spanish
        )
    }
}
