/// What a string field may be, checked before anything is done with it.
package struct TextRule: Sendable {
    /// Code points, after trimming.
    package var length: ClosedRange<Int>

    /// Bytes of UTF-8; one visible character can be a megabyte of combining marks.
    package var maximumBytes: Int

    /// Unicode white space at both ends is dropped.
    package var isTrimmed: Bool
    package var allowsControlCharacters: Bool
    /// Joiners, marks of direction, fillers, selectors of variants: two texts that differ in them look the same.
    package var allowsInvisibleCharacters = true

    /// One line of text as people write it: trimmed, no control characters, this many code points after trimming.
    package static func line(_ length: ClosedRange<Int>) -> TextRule {
        TextRule(
            length: length,
            maximumBytes: length.upperBound.multipliedReportingOverflow(by: 4).partialValue,
            isTrimmed: true,
            allowsControlCharacters: false
        )
    }

    /// A line whose characters can all be seen, for what tells one from another, such as the number of a document.
    package static func visible(_ length: ClosedRange<Int>) -> TextRule {
        var rule = line(length)
        rule.allowsInvisibleCharacters = false
        return rule
    }

    /// Taken as it is: passwords, tokens, codes.
    package static func verbatim(upToBytes maximumBytes: Int) -> TextRule {
        TextRule(length: 1...maximumBytes, maximumBytes: maximumBytes, isTrimmed: false, allowsControlCharacters: true)
    }

    package init(length: ClosedRange<Int>, maximumBytes: Int, isTrimmed: Bool, allowsControlCharacters: Bool) {
        self.length = length
        self.maximumBytes = maximumBytes
        self.isTrimmed = isTrimmed
        self.allowsControlCharacters = allowsControlCharacters
    }

    /// The text as it counts, or what is wrong with it.
    package func apply(to text: String) -> Result<String, Fault> {
        let text = isTrimmed ? text.trimmingWhiteSpace : text
        let bytes = text.utf8
        guard bytes.count <= maximumBytes else { return .failure(Fault(kind: .tooLong(limit: length.upperBound))) }
        let count = bytes.reduce(into: 0) { $0 += $1 & 0xc0 == 0x80 ? 0 : 1 }
        guard count >= length.lowerBound else { return .failure(Fault(kind: .tooShort(minimum: length.lowerBound))) }
        guard count <= length.upperBound else { return .failure(Fault(kind: .tooLong(limit: length.upperBound))) }
        guard allowsControlCharacters || !text.hasControlCharacters else {
            return .failure(Fault(kind: .controlCharacters))
        }
        guard allowsInvisibleCharacters || !text.hasInvisibleCharacters else {
            return .failure(Fault(kind: .controlCharacters))
        }
        return .success(text)
    }

    package struct Fault: Error, Sendable {
        package let kind: FieldError.Kind
    }
}

extension String {
    /// Without the white space, in Unicode's sense, at both ends.
    package var trimmingWhiteSpace: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        let end = scalars.index(after: last)
        guard first > startIndex || end < endIndex else { return self }
        return String(scalars[first..<end])
    }

    /// Whether there are control characters, or separators of lines and paragraphs, which one line cannot have.
    var hasControlCharacters: Bool {
        unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x20..<0x7f: false
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: true
            default: false
            }
        }
    }

    fileprivate var hasInvisibleCharacters: Bool {
        unicodeScalars.contains {
            !$0.isASCII && ($0.properties.isDefaultIgnorableCodePoint || $0.properties.generalCategory == .format)
        }
    }
}
