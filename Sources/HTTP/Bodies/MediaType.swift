/// What a `Content-Type` says.
enum MediaType {
    /// Whether it is `application/json` or `application/…+json`, in UTF-8 if it names a character set.
    ///
    /// A browser sends other types across origins without asking first; that, and a second reading of the bytes in
    /// another character set, is what this refuses.
    static func isJSON(_ value: ArraySlice<UInt8>) -> Bool {
        if ("application/json" as StaticString).isEqual(to: value) { return true }
        let parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let name = parts.first?.trimmingSpaces, isJSONName(name) else { return false }
        return parts.dropFirst().allSatisfy { isAcceptable($0.trimmingSpaces) }
    }

    private static func isJSONName(_ name: ArraySlice<UInt8>) -> Bool {
        let prefix: StaticString = "application/"
        let suffix: StaticString = "+json"
        if ("application/json" as StaticString).isEqualIgnoringCase(to: name) { return true }
        guard name.count > prefix.utf8CodeUnitCount + suffix.utf8CodeUnitCount else { return false }
        return prefix.isEqualIgnoringCase(to: name.prefix(prefix.utf8CodeUnitCount))
            && suffix.isEqualIgnoringCase(to: name.suffix(suffix.utf8CodeUnitCount))
            && name.dropFirst(prefix.utf8CodeUnitCount).allSatisfy(isNameCharacter)
    }

    /// The characters of registered names (RFC 6838).
    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "!"),
            UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "^"):
            true
        default: false
        }
    }

    /// An empty parameter and ones that mean nothing to JSON pass; a character set must be UTF-8.
    private static func isAcceptable(_ parameter: ArraySlice<UInt8>) -> Bool {
        guard !parameter.isEmpty else { return true }
        guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let name = parameter[..<equals]
        guard ("charset" as StaticString).isEqualIgnoringCase(to: name) else { return true }
        let value = parameter[(equals + 1)...]
        return ("utf-8" as StaticString).isEqualIgnoringCase(to: value)
            || ("\"utf-8\"" as StaticString).isEqualIgnoringCase(to: value)
    }
}
