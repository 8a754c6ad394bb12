import FoundationEssentials

/// A date taken apart in UTC, for headers and for people.
struct UTCMoment {
    private let parts: DateComponents

    /// Dates beyond the years 1970 to 9999 become the nearest in them.
    init(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        let bounded = seconds.isNaN ? 0 : min(max(seconds, 0), 253_402_300_799)
        parts = Calendar(identifier: .gregorian)
            .dateComponents(in: .gmt, from: Date(timeIntervalSince1970: bounded))
    }

    /// As RFC 5322 (section 3.3) has it: `Thu, 20 Nov 2025 17:44:00 +0000`.
    var asHeader: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = [parts.hour, parts.minute, parts.second].map(twoDigits).joined(separator: ":")
        return "\(name(parts.weekday, of: weekdays)), \(day) \(name(parts.month, of: months)) \(year) \(time) +0000"
    }

    /// As a sentence has it, to the minute.
    func spelled(in language: MailLanguage) -> String {
        let time = [parts.hour, parts.minute].map(twoDigits).joined(separator: ":")
        switch language {
        case .es: return "\(day) de \(name(parts.month, of: Self.spanishMonths)) de \(year), a las \(time) (UTC)"
        case .en: return "\(day) \(name(parts.month, of: Self.englishMonths)) \(year) at \(time) (UTC)"
        }
    }

    private static let spanishMonths = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ]
    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private var day: Int { parts.day ?? 1 }

    private var year: String {
        let digits = String(parts.year ?? 1970)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    private func name(_ ordinal: Int?, of names: [String]) -> String {
        guard let ordinal, names.indices.contains(ordinal - 1) else { return names[0] }
        return names[ordinal - 1]
    }

    private func twoDigits(_ number: Int?) -> String {
        let number = number ?? 0
        return number < 10 ? "0\(number)" : String(number)
    }
}
