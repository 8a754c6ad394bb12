import Foundation
import HTTP
import Testing

@Suite("Timestamps")
struct TimestampTests {
    private func text(_ date: Date, _ precision: Timestamp.Precision = .seconds) throws -> String {
        var bytes: [UInt8] = []
        try #require(Timestamp(date)).append(to: &bytes, precision: precision)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func parse(_ text: String) -> Timestamp? { Timestamp(text: text.utf8.span) }

    /// Foundation's formatter, for the years since the Gregorian calendar; before, it uses another one.
    private func reference(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .omitted)
        )
    }

    @Test("Moments are written as Foundation's formatter writes them")
    func agreesWithFoundation() throws {
        var random = SplitMix64(state: 4)
        for _ in 0..<5000 {
            let seconds = Int.random(in: -12_219_292_800..<253_402_300_800, using: &random)
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(try text(date) == reference(date))
        }
    }

    @Test(
        "Known moments are written as they should be",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_764_849_600, "2025-12-04T12:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
        ]
    )
    func knownMoments(_ seconds: Int, _ expected: String) throws {
        #expect(try text(Date(timeIntervalSince1970: Double(seconds))) == expected)
        #expect(parse(expected)?.secondsSinceEpoch == seconds)
    }

    @Test(
        "Milliseconds are cut off, not rounded, and survive the binary fraction",
        arguments: [
            (1_764_849_600.123, "2025-12-04T12:00:00.123Z"), (1_764_849_600.9999, "2025-12-04T12:00:00.999Z"),
            (1_764_849_600.0, "2025-12-04T12:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (-0.25, "1969-12-31T23:59:59.750Z"),
        ]
    )
    func milliseconds(_ seconds: Double, _ expected: String) throws {
        #expect(try text(Date(timeIntervalSince1970: seconds), .milliseconds) == expected)
    }

    @Test(
        "Every millisecond of a second is written as itself, however coarse the binary fraction",
        arguments: [(1_764_849_600, "2025-12-04T12:00:00"), (1_000_000, "1970-01-12T13:46:40")]
    )
    func everyMillisecond(_ seconds: Int, _ start: String) throws {
        for millisecond in 0..<1000 {
            let date = Date(timeIntervalSince1970: Double(seconds) + Double(millisecond) / 1000)
            let expected = "\(start).\(String(1000 + millisecond).dropFirst())Z"
            #expect(try text(date, .milliseconds) == expected)
            #expect(parse(expected)?.date == date)
        }
    }

    @Test(
        "A moment outside the years 0 to 9999 is none, and is written as null",
        arguments: [
            253_402_300_800, -62_167_219_201, 1e18, -1e18, 1e300, -1e300, Double.infinity, -Double.infinity, .nan,
        ]
    )
    func outOfRange(_ seconds: Double) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(Timestamp(date) == nil)
        var writer = JSONWriter()
        writer.element(date)
        #expect(writer.bytes == Array("null".utf8))
    }

    @Test(
        "Texts of RFC 3339 are read",
        arguments: [
            ("2025-12-04T12:00:00Z", 1_764_849_600, 0), ("2025-12-04T12:00:00.5Z", 1_764_849_600, 500_000),
            ("2025-12-04T12:00:00.123456789Z", 1_764_849_600, 123_456),
            ("2025-12-04T13:30:00+01:30", 1_764_849_600, 0), ("2025-12-04T07:00:00-05:00", 1_764_849_600, 0),
            ("2025-12-04T12:00:00.000001-00:00", 1_764_849_600, 1),
        ]
    )
    func reads(_ text: String, _ seconds: Int, _ microseconds: Int) {
        #expect(parse(text)?.secondsSinceEpoch == seconds)
        #expect(parse(text)?.microseconds == microseconds)
    }

    @Test(
        "Other texts are not",
        arguments: [
            "", "2025", "2025-12-04", "2025-12-04T12:00:00", "2025-12-04 12:00:00Z", "2025-12-04t12:00:00z",
            "2025-12-04T12:00Z", "2025-12-04T24:00:00Z", "2025-12-04T12:60:00Z", "2025-12-04T12:00:60Z",
            "2025-13-04T12:00:00Z", "2025-02-29T12:00:00Z", "2025-12-04T12:00:00.Z", "2025-12-04T12:00:00.1234567890Z",
            "2025-12-04T12:00:00+1:00", "2025-12-04T12:00:00+0100", "2025-12-04T12:00:00+24:00",
            "2025-12-04T12:00:00+01:60", "2025-12-04T12:00:00Zx", "+2025-12-04T12:00:00Z", "-001-12-04T12:00:00Z",
            "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01", "٢٠٢٥-12-04T12:00:00Z", "2025-12-04T12:00:00.",
        ]
    )
    func refuses(_ text: String) { #expect(parse(text) == nil) }

    @Test("Days count through all leap years, there and back")
    func civilDates() throws {
        var days = -719_528
        for year in 0...9999 {
            for month in 1...12 {
                let first = try #require(CivilDate(year: year, month: month, day: 1))
                try #require(first.daysSinceEpoch == days)
                try #require(CivilDate(daysSinceEpoch: days) == first)
                let length = (28...31).last { CivilDate(year: year, month: month, day: $0) != nil } ?? 0
                days += length
            }
        }
        #expect(days == 2_932_897)
        #expect(CivilDate(daysSinceEpoch: days) == nil)
        #expect(CivilDate(daysSinceEpoch: -719_529) == nil)
        #expect(CivilDate(daysSinceEpoch: .max) == nil && CivilDate(daysSinceEpoch: .min) == nil)
    }

    @Test(
        "Days that are none are refused",
        arguments: ["2025-02-29", "1900-02-29", "2025-04-31", "2025-00-01", "2025-01-00", "2025-1-01", "25-01-01", "x"]
    )
    func noSuchDay(_ text: String) { #expect(CivilDate(text: text.utf8.span) == nil) }
}
