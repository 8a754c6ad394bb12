extension SettingKind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        SettingKind(takes: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text throws(Refusal) in
            guard let number = Int(digits: text), range.contains(number) else { throw Refusal() }
            return number
        } show: {
            "\($0)"
        }
    }
}

extension SettingKind where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(range.lowerBound.settingText) to \(range.upperBound.settingText)"
        return SettingKind(takes: "a duration from \(bounds), in s, m, h or d") { text throws(Refusal) in
            guard let duration = Duration(settingText: text), range.contains(duration) else { throw Refusal() }
            return duration
        } show: {
            $0.settingText
        }
    }
}

extension SettingKind where Value == Bool {
    static let boolean = SettingKind(takes: "true or false") { text throws(Refusal) in
        switch text {
        case "true": true
        case "false": false
        default: throw Refusal()
        }
    } show: {
        "\($0)"
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of the cases, spelled as its raw value.
    static func choice() -> Self {
        let names = Value.allCases.map(\.rawValue)
        let takes = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
        return SettingKind(takes: takes) { text throws(Refusal) in
            guard let value = Value(rawValue: text) else { throw Refusal() }
            return value
        } show: {
            $0.rawValue
        }
    }
}

extension SettingKind where Value == String {
    static let path = SettingKind(takes: "the path of a folder") { text throws(Refusal) in
        guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else { throw Refusal() }
        return text
    } show: {
        $0
    }

    static let slug = SettingKind(takes: "1 to 63 of a-z, 0-9 and -, beginning and ending with no -") {
        text throws(Refusal) in
        let letters = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte.isDigit || byte == UInt8(ascii: "-")
        }
        guard letters, (1...63).contains(text.utf8.count), !text.hasPrefix("-"), !text.hasSuffix("-") else {
            throw Refusal()
        }
        return text
    } show: {
        $0
    }
}

extension SettingKind where Value == [String] {
    static let names = SettingKind(takes: "names, separated by commas; empty for none") { text throws(Refusal) in
        let names = try listed(text)
        for name in names where name.utf8.count > 200 || name.unicodeScalars.contains(where: { $0.value < 32 }) {
            throw Refusal()
        }
        return names
    } show: {
        $0.isEmpty ? "none" : $0.joined(separator: ",")
    }
}

/// The trimmed items of a list with commas; an empty text lists nothing, an empty item is a mistake.
func listed(_ text: String) throws(Refusal) -> [String] {
    guard !text.isEmpty else { return [] }
    let items = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed() }
    if items.contains("") { throw Refusal(reason: "which has an empty item") }
    return items
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    func trimmed() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let reversed = drop(while: isBlank).reversed().drop(while: isBlank)
        return String(reversed.reversed())
    }
}

extension Int {
    /// Digits and nothing else: `Int("+5")` would be 5.
    init?(digits text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
        self.init(text)
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
