/// Whether a password is good enough to be chosen, and if not, why.
///
/// zxcvbn estimates how many guesses somebody needs who knows words, names, keyboards, dates and habits. Its dictionary
/// is English, so the commonest Spanish passwords are looked up beside it. It takes up to 3 ms, for repetitions.
package enum PasswordStrength {
    package static let scalarCounts = 8...128
    package static let maximumByteCount = 512

    /// About 16 million guesses, far more than the lockout leaves to anybody.
    private static let minimumBits = 24.0

    /// Judges a password, as the person typed it, in its canonical composition.
    ///
    /// The context is what an attacker tries first, such as the e-mail address, the name, the organization.
    package static func guessability(_ password: String, context: [String] = []) -> PasswordVerdict {
        guard password.utf8.count <= 4 * maximumByteCount else { return .refused(.tooLong) }
        let normalized = NormalizedPassword(password)
        guard normalized.scalarCount >= scalarCounts.lowerBound else { return .refused(.tooShort) }
        guard normalized.scalarCount <= scalarCounts.upperBound, normalized.bytes.count <= maximumByteCount
        else { return .refused(.tooLong) }
        if CommonSpanishPasswords.contains(String(decoding: normalized.bytes, as: UTF8.self)) {
            return .refused(.tooGuessable(.commonWord))
        }
        let estimate = GuessEstimate(of: normalized.bytes, context: ContextWords(context))
        guard estimate.bits < minimumBits else { return .accepted }
        return .refused(estimate.isPersonal ? .containsPersonal : .tooGuessable(estimate.pattern))
    }
}

package enum PasswordVerdict: Sendable, Equatable {
    case accepted
    case refused(PasswordWeakness)
}

package enum PasswordWeakness: Sendable, Equatable {
    /// Fewer than 8 Unicode code points.
    case tooShort

    /// More than 128 Unicode code points, or than 512 bytes.
    case tooLong

    case tooGuessable(GuessablePattern)

    /// Little more than the person's own name, address or the like.
    case containsPersonal
}

/// What makes up most of a password that is too easily guessed.
package enum GuessablePattern: Sendable, Equatable {
    case commonWord
    case repetition
    case sequence
    case keyboardRow
    case date
    case tooSimple
}
