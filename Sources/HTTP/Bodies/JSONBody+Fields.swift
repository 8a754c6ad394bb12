package import FoundationEssentials

extension JSONBody {
    package mutating func string(_ name: StaticString, _ rule: TextRule) -> String {
        require(name) { $0.optionalString(name, rule) } ?? ""
    }

    package mutating func optionalString(_ name: StaticString, _ rule: TextRule) -> String? {
        guard let text = text(name) else { return nil }
        switch rule.apply(to: text) {
        case .success(let text): return text
        case .failure(let fault):
            refuse(name, fault.kind)
            return nil
        }
    }

    package mutating func strings(_ name: StaticString, each rule: TextRule, upTo limit: Int) -> [String] {
        require(name) { $0.optionalStrings(name, each: rule, upTo: limit) } ?? []
    }

    package mutating func optionalStrings(
        _ name: StaticString,
        each rule: TextRule,
        upTo limit: Int
    ) -> [String]? {
        guard let value = value(name) else { return nil }
        guard let elements = value.elements else {
            refuse(name, .wrongType(expected: .array))
            return nil
        }
        guard elements.count <= limit else {
            refuse(name, .tooLong(limit: limit))
            return nil
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.string else {
                refuse(name, element: index, .wrongType(expected: .string))
                continue
            }
            switch rule.apply(to: text) {
            case .success(let text): texts.append(text)
            case .failure(let fault): refuse(name, element: index, fault.kind)
            }
        }
        return texts
    }

    package mutating func bool(_ name: StaticString) -> Bool {
        require(name) { $0.optionalBool(name) } ?? false
    }

    package mutating func optionalBool(_ name: StaticString) -> Bool? {
        guard let value = value(name) else { return nil }
        if value.bool == nil { refuse(name, .wrongType(expected: .boolean)) }
        return value.bool
    }

    package mutating func int(_ name: StaticString, in range: ClosedRange<Int>) -> Int {
        require(name) { $0.optionalInt(name, in: range) } ?? range.lowerBound
    }

    /// Takes integers alone: neither `1.0` nor `"1"`.
    package mutating func optionalInt(_ name: StaticString, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(name) else { return nil }
        guard value.isInteger else {
            refuse(name, .wrongType(expected: .integer))
            return nil
        }
        guard let number = value.int, range.contains(number) else {
            refuse(name, .outOfRange(lowest: range.lowerBound, highest: range.upperBound))
            return nil
        }
        return number
    }

    package mutating func uuid(_ name: StaticString) -> UUID {
        require(name) { $0.optionalUUID(name) } ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }

    package mutating func optionalUUID(_ name: StaticString) -> UUID? {
        guard let text = text(name) else { return nil }
        let id = UUID(text: text.utf8.span)
        if id == nil { refuse(name, .malformed(expected: .uuid)) }
        return id
    }

    package mutating func optionalDay(_ name: StaticString) -> CivilDate? {
        guard let text = text(name) else { return nil }
        let day = CivilDate(text: text.utf8.span)
        if day == nil { refuse(name, .malformed(expected: .date)) }
        return day
    }

    package mutating func optionalDate(_ name: StaticString) -> Date? {
        guard let text = text(name) else { return nil }
        let timestamp = Timestamp(text: text.utf8.span)
        if timestamp == nil { refuse(name, .malformed(expected: .timestamp)) }
        return timestamp?.date
    }

    private mutating func text(_ name: StaticString) -> String? {
        guard let value = value(name) else { return nil }
        let text = value.string
        if text == nil { refuse(name, .wrongType(expected: .string)) }
        return text
    }
}
