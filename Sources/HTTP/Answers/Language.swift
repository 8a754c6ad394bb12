/// The languages that answers are worded in.
package enum Language: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case spanish = "es"

    /// The language a client asked for, the default when it asked for none of ours.
    ///
    /// Regions are ignored (`es-AR` is Spanish), `*` is the default, and among equal weights the first one counts. Items
    /// that are not well-formed are passed over: nobody is refused an answer for the way they ask for its language.
    package static func negotiated(_ accepted: ArraySlice<UInt8>?, default fallback: Language) -> Language {
        guard let accepted else { return fallback }
        var best: (language: Language, weight: Int)?
        for item in accepted.split(separator: UInt8(ascii: ",")) {
            let parts = item.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            guard let tag = parts.first?.trimmingSpaces, let language = named(tag, default: fallback),
                let weight = weight(of: parts.dropFirst()), weight > best?.weight ?? 0
            else { continue }
            best = (language, weight)
        }
        return best?.language ?? fallback
    }

    private static func named(_ tag: ArraySlice<UInt8>, default fallback: Language) -> Language? {
        guard let primary = tag.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).first else {
            return nil
        }
        if ("en" as StaticString).isEqualIgnoringCase(to: primary) { return .english }
        if ("es" as StaticString).isEqualIgnoringCase(to: primary) { return .spanish }
        return ("*" as StaticString).isEqual(to: tag) ? fallback : nil
    }

    /// Thousandths; 1000 without a parameter, nil when it is not RFC 9110's `q=` with up to three decimals.
    private static func weight(of parameters: ArraySlice<ArraySlice<UInt8>>) -> Int? {
        guard let parameter = parameters.first?.trimmingSpaces else { return 1000 }
        guard parameters.count == 1, parameter.count >= 3,
            ("q=" as StaticString).isEqualIgnoringCase(to: parameter.prefix(2))
        else { return nil }
        let number = parameter.dropFirst(2)
        guard let whole = number.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1") else { return nil }
        var weight = whole == UInt8(ascii: "1") ? 1000 : 0
        guard number.count > 1 else { return weight }
        guard number.count <= 5, number.dropFirst().first == UInt8(ascii: ".") else { return nil }
        var unit = 100
        for digit in number.dropFirst(2) {
            guard digit.isASCIIDigit else { return nil }
            weight += Int(digit - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}

extension Request {
    /// The language to answer in.
    package func language(default fallback: Language) -> Language {
        Language.negotiated(headerBytes("accept-language"), default: fallback)
    }
}
