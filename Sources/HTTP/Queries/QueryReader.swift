package import FoundationEssentials

/// Reads the fields of a query and collects everything that is wrong with them.
///
/// All are optional, a name may be given once, and an empty value is a value.
package struct QueryReader {
    private let items: [Query.Item]
    package private(set) var errors: [FieldError] = []

    package init(_ query: Query) throws(InvalidQuery) { items = try query.items() }

    /// Call it once all fields have been read, and before anything is done with them.
    package func finish() throws(InvalidQuery) {
        guard errors.isEmpty else { throw .fields(errors) }
    }

    package mutating func refuse(_ name: String, _ kind: FieldError.Kind) { errors.append(FieldError(name, kind)) }

    package mutating func text(_ name: String, _ rule: TextRule) -> String? {
        guard let value = value(name) else { return nil }
        switch rule.apply(to: value) {
        case .success(let text): return text
        case .failure(let fault):
            refuse(name, fault.kind)
            return nil
        }
    }

    package mutating func int(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = Int(decimal: value.utf8.span) else {
            refuse(name, .malformed(expected: .integer))
            return nil
        }
        guard range.contains(number) else {
            refuse(name, .outOfRange(lowest: range.lowerBound, highest: range.upperBound))
            return nil
        }
        return number
    }

    package mutating func bool(_ name: String) -> Bool? {
        switch value(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default:
            refuse(name, .malformed(expected: .boolean))
            return nil
        }
    }

    package mutating func uuid(_ name: String) -> UUID? {
        parsed(name, .uuid) { UUID(text: $0.utf8.span) }
    }

    package mutating func date(_ name: String) -> Date? {
        parsed(name, .timestamp) { Timestamp(text: $0.utf8.span)?.date }
    }

    package mutating func day(_ name: String) -> CivilDate? {
        parsed(name, .date) { CivilDate(text: $0.utf8.span) }
    }

    /// One of a list, compared byte by byte.
    package mutating func choice(_ name: String, among allowed: [String]) -> String? {
        guard let value = value(name) else { return nil }
        guard let choice = allowed.first(where: { $0.utf8.elementsEqual(value.utf8) }) else {
            refuse(name, .notAllowed(allowed: allowed))
            return nil
        }
        return choice
    }

    /// The value; nil when the name is not there, and with an error when it is there twice.
    package mutating func value(_ name: String) -> String? {
        var found: String?
        for item in items where item.name == name {
            guard found == nil else {
                refuse(name, .repeated)
                return nil
            }
            found = item.value
        }
        return found
    }

    /// A name of small letters and underscores, such as `example`.
    package mutating func word(_ name: String, _ length: ClosedRange<Int>, like example: String) -> String? {
        parsed(name, .word(example: example)) { text in
            let bytes = text.utf8
            return length ~= bytes.count && bytes.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f } ? text : nil
        }
    }

    /// What `parse` makes of the value.
    package mutating func parsed<Value>(
        _ name: String,
        _ format: FieldError.Format,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = value(name) else { return nil }
        let value = parse(text)
        if value == nil { refuse(name, .malformed(expected: format)) }
        return value
    }
}
