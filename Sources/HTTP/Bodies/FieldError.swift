/// One field of a body or a query that is not what it must be.
///
/// It says what is wrong as a value, so that each surface can word it in its own way and language.
package struct FieldError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case missing
        case wrongType(expected: ExpectedType)

        /// Code points; 1 means that it must not be empty.
        case tooShort(minimum: Int)

        /// Code points, or elements of a list.
        case tooLong(limit: Int)
        case outOfRange(lowest: Int, highest: Int)
        case malformed(expected: Format)
        case notAllowed(allowed: [String])
        case controlCharacters

        /// A query named it more than once.
        case repeated

        /// A secret that others would guess.
        case guessable
        /// A secret that is made of what is known of its owner.
        case personal
        /// A new value that is the old one.
        case unchanged

        /// A rule that this room does not know.
        case other(english: String, spanish: String)
    }

    package enum ExpectedType: Sendable, Hashable { case string, boolean, integer, number, array, object }

    package enum Format: Sendable, Hashable {
        case uuid, email, date, timestamp, integer, boolean, decimal
        /// Small letters and underscores.
        case word(example: String)
    }

    /// The field's name in the contract, with what it lies in: `employee.id`, `permissions[2]`.
    package let field: String
    package let kind: Kind

    package init(_ field: String, _ kind: Kind) {
        self.field = field
        self.kind = kind
    }
}
