package import FoundationEssentials

/// The members and elements of each type that answers are made of.
///
/// They are spelt out rather than generic, so that each call is a direct one.
extension JSONWriter {
    package mutating func field(_ name: StaticString, _ text: String) {
        self.name(name)
        element(text)
    }

    package mutating func field(_ name: StaticString, _ text: String?) {
        guard let text else { return null(name) }
        field(name, text)
    }

    package mutating func field(_ name: StaticString, _ literal: StaticString) {
        self.name(name)
        appendValue { bytes in literal.withUTF8Buffer { JSONText.append($0.span, quotedTo: &bytes) } }
    }

    package mutating func field(_ name: StaticString, _ id: UUID) {
        self.name(name)
        element(id)
    }

    package mutating func field(_ name: StaticString, _ id: UUID?) {
        guard let id else { return null(name) }
        field(name, id)
    }

    package mutating func field(_ name: StaticString, _ number: Int) {
        self.name(name)
        element(number)
    }

    package mutating func field(_ name: StaticString, _ number: Int?) {
        guard let number else { return null(name) }
        field(name, number)
    }

    package mutating func field(_ name: StaticString, _ flag: Bool) {
        self.name(name)
        element(flag)
    }

    package mutating func field(_ name: StaticString, _ flag: Bool?) {
        guard let flag else { return null(name) }
        field(name, flag)
    }

    /// Writes a moment in ISO 8601, UTC; `null` when it is outside the years 0…9999.
    package mutating func field(_ name: StaticString, _ date: Date, precision: Timestamp.Precision = .seconds) {
        self.name(name)
        element(date, precision: precision)
    }

    package mutating func field(_ name: StaticString, _ date: Date?, precision: Timestamp.Precision = .seconds) {
        guard let date else { return null(name) }
        field(name, date, precision: precision)
    }

    package mutating func field(_ name: StaticString, _ day: CivilDate) {
        self.name(name)
        appendValue { bytes in
            bytes.append(UInt8(ascii: "\""))
            day.append(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    package mutating func field(_ name: StaticString, _ day: CivilDate?) {
        guard let day else { return null(name) }
        field(name, day)
    }

    package mutating func strings(_ name: StaticString, _ texts: [String]) {
        array(name) { writer in
            for text in texts { writer.element(text) }
        }
    }

    /// Writes one complete value that is JSON already: stored as such, or a decimal number to be kept exactly.
    package mutating func field(_ name: StaticString, json: ArraySlice<UInt8>) {
        self.name(name)
        appendValue { $0.append(contentsOf: json) }
    }

    package mutating func element(_ text: String) {
        appendValue { bytes in
            var text = text
            text.withUTF8 { JSONText.append($0.span, quotedTo: &bytes) }
        }
    }

    package mutating func element(_ id: UUID) {
        appendValue { bytes in
            bytes.append(UInt8(ascii: "\""))
            id.appendLowercase(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    package mutating func element(_ number: Int) { appendValue { number.appendDecimal(to: &$0) } }

    package mutating func element(_ flag: Bool) {
        separate()
        appendLiteral(flag ? "true" : "false")
    }

    package mutating func element(_ date: Date, precision: Timestamp.Precision = .seconds) {
        guard let timestamp = Timestamp(date) else { return null() }
        appendValue { bytes in
            bytes.append(UInt8(ascii: "\""))
            timestamp.append(to: &bytes, precision: precision)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    package mutating func element(json: ArraySlice<UInt8>) { appendValue { $0.append(contentsOf: json) } }
}
