extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }

    private static let units: [(letter: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads whole numbers with units, the largest unit first: `30m`, `1h30m`.
    init?(settingText text: String) {
        var total: Int64 = 0
        var remainingUnits = Self.units[...]
        var digits = ""
        guard !text.isEmpty else { return nil }
        for character in text {
            if character.isASCII, character.isNumber, digits.count < 9 {
                digits.append(character)
            } else if let unit = remainingUnits.firstIndex(where: { $0.letter == character }), let count = Int64(digits)
            {
                total += count * Self.units[unit].seconds  // nine digits of days: far below the limit
                remainingUnits = Self.units[(unit + 1)...]
                digits = ""
            } else {
                return nil
            }
        }
        guard digits.isEmpty else { return nil }
        self = .seconds(total)
    }

    /// The same, as one number with the largest unit that divides it; a single day is 24h.
    var settingText: String {
        let seconds = components.seconds
        if seconds == 86_400 { return "24h" }
        let unit = Self.units.first { seconds >= $0.seconds && seconds % $0.seconds == 0 } ?? ("s", 1)
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
