import Cryptography
import Domain

/// Which passwords may be chosen.
enum PasswordPolicy {
    /// - Throws: `AuthError.unacceptablePassword`, saying why.
    static func check(_ password: String, of email: String, named name: String? = nil) throws(AuthError) {
        // The estimate knows the words of an address, but takes its domain for a word that nobody would guess.
        guard password.lowercased() != email.lowercased() else { throw .unacceptablePassword(.tooPersonal) }
        let verdict = PasswordStrength.guessability(password, context: [email, name].compactMap(\.self))
        guard case .refused(let weakness) = verdict else { return }
        throw .unacceptablePassword(PasswordProblem(weakness))
    }
}

extension PasswordProblem {
    fileprivate init(_ weakness: PasswordWeakness) {
        switch weakness {
        case .tooShort: self = .tooShort(minimum: PasswordStrength.scalarCounts.lowerBound)
        case .tooLong: self = .tooLong(maximum: PasswordStrength.scalarCounts.upperBound)
        case .tooGuessable: self = .tooGuessable
        case .containsPersonal: self = .tooPersonal
        }
    }
}

extension Dependencies {
    /// Hashes a password that may be chosen.
    ///
    /// - Throws: `AuthError.unavailable` when too many are being hashed.
    func hash(_ password: String) async throws(AuthError) -> String {
        do { return try await hasher.hash(password) } catch { throw .unavailable(seconds: 1) }
    }

    /// - Throws: `AuthError.unavailable` while so many passwords wait to be hashed that another would be refused.
    func requireRoomToHash() throws(AuthError) {
        if hasher.isBusy { throw .unavailable(seconds: 1) }
    }
}
