import CZxcvbn

/// zxcvbn's judgement of one password.
struct GuessEstimate {
    /// The logarithm of the guesses needed.
    let bits: Double

    /// What the longest part is.
    let pattern: GuessablePattern

    /// Whether some part is one of the context's words.
    let isPersonal: Bool

    /// zxcvbn counts hardly anything beyond, but takes ever longer.
    private static let examinedByteCount = 100

    init(of password: [UInt8], context: ContextWords) {
        let phrase = password.prefix(Self.examinedByteCount).map(CChar.init(bitPattern:)) + [0]
        var parts: UnsafeMutablePointer<ZxcMatch_t>?
        bits = context.withCStrings { words in ZxcvbnMatch(phrase, words, &parts) }
        defer { ZxcvbnFreeInfo(parts) }

        var longest: Int32 = 0
        var pattern = GuessablePattern.tooSimple
        var isPersonal = false
        var next = parts
        while let part = next?.pointee {
            isPersonal = isPersonal || Self.isPersonal(part.Type)
            if part.Length > longest {
                longest = part.Length
                pattern = Self.pattern(of: part.Type)
            }
            next = part.Next
        }
        self.pattern = pattern
        self.isPersonal = isPersonal
    }

    private static func isPersonal(_ type: ZxcTypeMatch_t) -> Bool {
        let type = once(type)
        return type == USER_MATCH || type == USER_LEET_MATCH
    }

    private static func pattern(of type: ZxcTypeMatch_t) -> GuessablePattern {
        if type.rawValue >= MULTIPLE_MATCH.rawValue { return .repetition }
        return switch type {
        case DICTIONARY_MATCH, DICT_LEET_MATCH, USER_MATCH, USER_LEET_MATCH: .commonWord
        case REPEATS_MATCH: .repetition
        case SEQUENCE_MATCH: .sequence
        case SPATIAL_MATCH: .keyboardRow
        case DATE_MATCH, YEAR_MATCH: .date
        default: .tooSimple
        }
    }

    /// The type without the flag that the part is there several times over.
    private static func once(_ type: ZxcTypeMatch_t) -> ZxcTypeMatch_t {
        ZxcTypeMatch_t(rawValue: type.rawValue & ~MULTIPLE_MATCH.rawValue)
    }
}
