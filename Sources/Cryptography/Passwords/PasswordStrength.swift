/// Whether a password is good enough to be chosen, and if not, why.
///
/// zxcvbn estimates how many guesses somebody needs who knows words, names, keyboards, dates and habits. Its dictionary
/// is English, so the commonest Spanish passwords are looked up beside it; accents are judged with and without. It takes up
/// to 6 ms, for repetitions.
package enum PasswordStrength {
    package static let scalarCounts = 8...128
    package static let maximumByteCount = 512

    /// About 16 million guesses, far more than the lockout leaves to anybody.
    private static let minimumBits = 24.0

    /// Fewer different code points than these are a repetition, whatever they are.
    private static let fewestDifferent = 5

    /// Judges a password, as the person typed it, in its canonical composition.
    ///
    /// The context is what an attacker tries first, such as the e-mail address, the name, the organization.
    package static func guessability(_ password: String, context: [String] = []) -> PasswordVerdict {
        guard password.utf8.count <= 4 * maximumByteCount else { return .refused(.tooLong) }
        let normalized = NormalizedPassword(password)
        guard normalized.scalarCount >= scalarCounts.lowerBound else { return .refused(.tooShort) }
        guard normalized.scalarCount <= scalarCounts.upperBound, normalized.bytes.count <= maximumByteCount
        else { return .refused(.tooLong) }
        let scalars = Array(String(decoding: normalized.bytes, as: UTF8.self).unicodeScalars)
        guard Set(scalars).count >= fewestDifferent else { return .refused(.tooGuessable(.repetition)) }
        let folded = FoldedPassword(password)
        if CommonSpanishPasswords.contains(folded) { return .refused(.tooGuessable(.commonWord)) }
        let words = ContextWords(context)
        var verdict = judge(normalized.bytes, words)
        if verdict == .accepted, folded.bytes != normalized.bytes { verdict = judge(folded.bytes, words) }
        if verdict == .accepted, let part = repeatedPart(of: scalars) {
            // Saying something several times over adds next to nothing.
            let estimate = GuessEstimate(of: FoldedPassword(part).bytes, context: words)
            if estimate.bits < minimumBits { return .refused(.tooGuessable(.repetition)) }
        }
        return verdict
    }

    private static func judge(_ bytes: [UInt8], _ words: ContextWords) -> PasswordVerdict {
        let estimate = GuessEstimate(of: bytes, context: words)
        guard estimate.bits < minimumBits else { return .accepted }
        return .refused(estimate.isPersonal ? .containsPersonal : .tooGuessable(estimate.pattern))
    }

    /// What the whole is a repetition of, the last one perhaps cut short.
    private static func repeatedPart(of scalars: [Unicode.Scalar]) -> String? {
        for length in stride(from: 1, to: scalars.count, by: 1)
        where scalars[length...].elementsEqual(scalars.dropLast(length)) {
            var part = String.UnicodeScalarView()
            part.append(contentsOf: scalars.prefix(length))
            return String(part)
        }
        return nil
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
