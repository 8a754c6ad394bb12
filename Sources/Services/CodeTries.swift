import Domain
import Storage

extension Dependencies {
    /// The live code of a person, and the person, where that is the code which was given.
    ///
    /// A try is spent, and something is compared, in any case: the time that it takes tells nobody who is registered.
    ///
    /// - Throws: `AuthError.invalidCode`.
    func proven(
        _ code: String,
        for purpose: CodePurpose,
        of email: EmailAddress,
        origin: Origin
    ) async throws -> (CodeID, UserID) {
        let tried = try await storage.codes.spendTry(purpose, for: email)
        guard keys.isCode(code, of: tried, purpose: purpose), let user = tried.userID else {
            try await storage.codes.recordFailure(purpose, of: tried.userID, email: email, origin: origin)
            throw AuthError.invalidCode
        }
        return (tried.id, user)
    }
}
