import FoundationEssentials
import Postgres
import Reactor
import Support
import Testing

@Suite("Binding and reading")
struct BindingTests {
    /// Sends values through the server and reads them back.
    private func roundTrip<Value: SQLValue & ColumnValue & Equatable & Sendable>(_ values: [Value]) async throws {
        try await withDatabase { database in
            for value in values {
                let rows = try await database.read("SELECT \(value), \(Value?.some(value)), \(Value?.none)")
                let read = try rows.first { (row) throws(PostgresError) -> [Value?] in
                    [try row.next(), try row.nextIfPresent(), try row.nextIfPresent()]
                }
                #expect(read == [value, value, nil])
            }
        }
    }

    @Test("Texts come back as they went, hostile, empty, composed, decomposed or emoji")
    func texts() async throws {
        try await roundTrip([
            "", " ", "'; DROP TABLE users; --", "$1", "\\", "%_", "a\r\nb\tc", "e\u{301}", "\u{e9}", "👩‍👩‍👧‍👦🇺🇾",
            String(repeating: "ñ", count: 100_000), "\u{1}\u{7f}\u{85}\u{2028}\u{202e}\u{feff}",
        ])
    }

    @Test("Equal texts in another composition stay other texts")
    func compositions() async throws {
        try await withDatabase { database in
            let rows = try await database.read("SELECT \("e\u{301}") = \("\u{e9}")")
            let areEqual = try rows.first { (row) throws(PostgresError) -> Bool in try row.next() }
            #expect(areEqual == false)
        }
    }

    @Test("Numbers keep their extremes")
    func numbers() async throws {
        try await roundTrip([0, 1, -1, Int.max, Int.min])
        try await roundTrip([0, 1, -1, Int32.max, Int32.min])
        try await roundTrip([0, -0.5, .pi, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
    }

    @Test("Booleans, identifiers and bytes keep their values")
    func simpleValues() async throws {
        try await roundTrip([true, false])
        try await roundTrip([UUID(), UUID(uuidString: "00000000-0000-0000-0000-000000000000") ?? UUID()])
        try await roundTrip([[], [0], Array(0...255) as [UInt8]])
    }

    @Test("Dates keep their microseconds, before and after every epoch")
    func dates() async throws {
        try await roundTrip(
            [0, 0.000001, 123_456_789.123456, 978_307_200, -62_135_596_800, 253_402_300_799].map {
                Date(timeIntervalSince1970: $0)
            }
        )
    }

    @Test("Arrays keep their elements, and the empty array is no NULL")
    func arrays() async throws {
        try await roundTrip([[], ["", "a,b", "{}", "\"", "NULL", "🦊"]])
        try await roundTrip([[], [UUID(), UUID()]])
        try await roundTrip([[], [Int.min, 0, Int.max]])
    }

    private struct ThingID: RawRepresentable, Equatable, SQLValue, ColumnValue, SQLArrayElement {
        let rawValue: UUID
    }

    private enum Colour: String, CaseIterable, SQLValue, ColumnValue, SQLArrayElement {
        case red, green
    }

    @Test("Typed identifiers and enums travel as their raw values, one by one and in arrays")
    func rawValues() async throws {
        try await roundTrip([ThingID(rawValue: UUID())])
        try await roundTrip([[ThingID(rawValue: UUID()), ThingID(rawValue: UUID())]])
        try await roundTrip(Colour.allCases)
        try await roundTrip([Colour.allCases])
        try await withDatabase { database in
            _ = try await database.write("CREATE TYPE colour AS ENUM ('red', 'green', 'blue')")
            let rows = try await database.read("SELECT \(Colour.red)::text::colour, 'blue'::colour")
            #expect(throws: PostgresError(.decoding(column: "colour", expected: "Colour"))) {
                try rows.first { (row) throws(PostgresError) in
                    #expect(try row.next() == Colour.red)
                    _ = try row.next() as Colour
                }
            }
        }
    }

    @Test(
        "A date that no calendar of PostgreSQL has is refused by the server",
        arguments: [1e300, -1e300, .nan, .infinity]
    )
    func refusesImpossibleDates(seconds: Double) async throws {
        try await withDatabase { database in
            await #expect(throws: PostgresError(.server(sqlState: "22008", constraint: nil))) {
                try await database.read("SELECT \(Date(timeIntervalSinceReferenceDate: seconds))")
            }
        }
    }

    @Test("A text with U+0000 is refused, not cut off")
    func refusesNUL() async throws {
        try await withDatabase { database in
            await #expect(throws: PostgresError(.server(sqlState: "22021", constraint: nil))) {
                try await database.read("SELECT \("victim@example.com\u{0}.evil")")
            }
            let rows = try await database.read("SELECT \("still here")")
            #expect(try rows.first { (row) throws(PostgresError) -> String in try row.next() } == "still here")
        }
    }

    @Test("Smaller integers, names, enums and varchars are read as what they widen to")
    func widens() async throws {
        try await withDatabase { database in
            let rows = try await database.read(
                "SELECT 7::int2, 8::int4, 9::int2, 1.5::float4, 'n'::name, 'v'::varchar(9), 'b'::char(3)"
            )
            let _: Void? = try rows.first { (row) throws(PostgresError) in
                #expect(try row.next() == 7)
                #expect(try row.next() == 8)
                #expect(try row.next() == Int32(9))
                #expect(try row.next() == 1.5)
                #expect(try row.next() == "n")
                #expect(try row.next() == "v")
                #expect(try row.next() == "b  ")
            }
        }
    }

    @Test("More parameters than the buffers were made for are bound in order")
    func manyParameters() async throws {
        try await withDatabase { database in
            var list: SQL = "\(0)"
            for number in 1..<300 { list = "\(list), \(number)" }
            let rows = try await database.read("SELECT array_agg(n) FROM unnest(ARRAY[\(list)]) AS n")
            #expect(try rows.first { (row) throws(PostgresError) -> [Int] in try row.next() } == Array(0..<300))
        }
    }

    @Test("More parameters than the protocol carries are refused before they are sent")
    func tooManyParameters() async throws {
        try await withDatabase { database in
            var list: SQL = "\(true)"
            for _ in 0..<17 { list = "\(list), \(list)" }
            await #expect(throws: PostgresError(.server(sqlState: "54000", constraint: nil))) {
                try await database.read("SELECT \(list)")
            }
            try await database.ready()
        }
    }
}

@Suite("Reading")
struct DecodingTests {
    @Test("A column of another type, a NULL, and a column that is not there are errors that name column and type")
    func namesColumnAndType() async throws {
        try await withDatabase { database in
            let rows = try await database.read("SELECT 'x'::text AS login, NULL::int8 AS visits")
            func expect(_ column: String, _ type: String, _ decode: (inout Row) throws(PostgresError) -> Void) {
                #expect(throws: PostgresError(.decoding(column: column, expected: type))) { try rows.first(decode) }
            }
            expect("login", "Int") { (row) throws(PostgresError) in _ = try row.next() as Int }
            expect("login", "UUID") { (row) throws(PostgresError) in _ = try row.nextIfPresent() as UUID? }
            expect("visits", "Int") { (row) throws(PostgresError) in
                row.skip()
                _ = try row.next() as Int
            }
            expect("number 3", "Bool") { (row) throws(PostgresError) in
                row.skip()
                row.skip()
                _ = try row.next() as Bool
            }
        }
    }

    @Test("An infinite timestamp and an array with a NULL cannot be read", arguments: ["infinity", "array"])
    func refusesWhatSwiftCannotHold(column: String) async throws {
        try await withDatabase { database in
            let rows = try await database.read("SELECT 'infinity'::timestamptz AS infinity, ARRAY['a', NULL] AS array")
            #expect(throws: PostgresError.self) {
                try rows.first { (row) throws(PostgresError) in
                    if column == "infinity" {
                        _ = try row.next() as Date
                    } else {
                        row.skip()
                        _ = try row.next() as [String]
                    }
                }
            }
        }
    }

    @Test("The number of affected rows is told")
    func countsAffectedRows() async throws {
        try await withDatabase { database in
            _ = try await database.write("CREATE TABLE things (id int8 PRIMARY KEY, name text)")
            let inserted = try await database.write("INSERT INTO things SELECT n FROM generate_series(1, 5) AS n")
            #expect(inserted.affected == 5)
            #expect(inserted.count == 0)
            let updated = try await database.write("UPDATE things SET name = \("x") WHERE id > \(3) RETURNING id")
            #expect(updated.affected == 2)
            #expect(try updated.map { (row) throws(PostgresError) -> Int in try row.next() }.sorted() == [4, 5])
        }
    }
}
