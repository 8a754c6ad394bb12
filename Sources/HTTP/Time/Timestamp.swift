package import FoundationEssentials

/// A moment in UTC as ISO 8601 writes it, in the years 0…9999.
package struct Timestamp: Sendable, Hashable {
    package enum Precision: Sendable { case seconds, milliseconds }

    private static let secondsPerDay = 86_400
    private static let microsecondsPerSecond = 1_000_000

    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    package let secondsSinceEpoch: Int

    /// 0…999,999, counted forwards also before 1970.
    package let microseconds: Int
    private let day: CivilDate

    /// Nil for what is no number or lies outside the years.
    ///
    /// A `Date` is a binary fraction: it is rounded to the microsecond, PostgreSQL's unit, before smaller units are
    /// cut off, or 12:00:00.123 could be written as .122.
    package init?(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        guard seconds.isFinite, seconds.magnitude < 300_000_000_000 else { return nil }
        let total = Int((seconds * 1_000_000).rounded())
        let fraction = total % Self.microsecondsPerSecond
        let whole = total / Self.microsecondsPerSecond
        self.init(
            secondsSinceEpoch: fraction < 0 ? whole - 1 : whole,
            microseconds: fraction < 0 ? fraction + Self.microsecondsPerSecond : fraction
        )
    }

    init?(secondsSinceEpoch seconds: Int, microseconds: Int) {
        let days = (seconds >= 0 ? seconds : seconds - (Self.secondsPerDay - 1)) / Self.secondsPerDay
        guard let day = CivilDate(daysSinceEpoch: days) else { return nil }
        self.day = day
        self.secondsSinceEpoch = seconds
        self.microseconds = microseconds
    }

    package var date: Date {
        Date(timeIntervalSince1970: Double(secondsSinceEpoch) + Double(microseconds) / 1_000_000)
    }

    /// Appends `2025-12-04T12:00:00Z`, or `2025-12-04T12:00:00.123Z`.
    package func append(to bytes: inout [UInt8], precision: Precision = .seconds) {
        let time = secondsSinceEpoch - day.daysSinceEpoch * Self.secondsPerDay
        day.append(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        Digits.append(time / 3600, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Digits.append(time / 60 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Digits.append(time % 60, width: 2, to: &bytes)
        if precision == .milliseconds {
            bytes.append(UInt8(ascii: "."))
            Digits.append(microseconds / 1000, width: 3, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }
}
