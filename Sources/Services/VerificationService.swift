package import Domain
import Storage

/// Proves that people read the mails of the address they registered with.
package struct VerificationService: Sendable {
    private let dependencies: Dependencies

    package init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// - Throws: `AuthError.invalidCode`, `.tooManyRequests`, `.unavailable`.
    package func verify(_ email: EmailAddress, code: String, origin: Origin) async throws {
        try dependencies.admit(origin)
        let (code, user) = try await dependencies.proven(code, for: .verifyEmail, of: email, origin: origin)
        let isVerified = try await dependencies.storage.codes.verifyEmail(with: code, of: user, origin: origin)
        if !isVerified { throw AuthError.invalidCode }
    }

    /// Mails another code, if the address is somebody's and not verified yet; the same answer in any case.
    package func resend(to email: EmailAddress, origin: Origin) async throws {
        try dependencies.admit(origin)
        try await dependencies.storage.codes.request(
            .verifyEmail,
            for: email,
            dependencies.newCode(.verifyEmail),
            origin: origin
        )
    }
}
