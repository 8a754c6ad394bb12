package import Domain
import Storage

/// Makes accounts.
package struct RegistrationService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Makes an account, and mails the code that verifies its address.
    ///
    /// - Throws: `AuthError.emailTaken`, `.unacceptablePassword`, `.tooManyRequests`, `.unavailable`.
    package func register(
        email: EmailAddress,
        password: String,
        fullName: FullName,
        origin: Origin
    ) async throws -> NewAccount {
        try dependencies.admit(origin)
        try PasswordPolicy.check(password, of: email.text, named: fullName.text)
        let hash = try await dependencies.hash(password)
        let id = UserID.make(at: dependencies.now())
        let createdAt = try await dependencies.accounts.register(
            id,
            email: email,
            fullName: fullName,
            passwordHash: hash,
            verification: dependencies.newCode(.verifyEmail),
            origin: origin
        )
        return NewAccount(id: id, email: email, fullName: fullName, createdAt: createdAt)
    }
}
