import Foundation
import Testing

@Suite("Sources")
struct SourcesTests {
    private static let swift = House.files(in: "Sources", "swift") + House.files(in: "sql", "swift")

    @Test("No source imports the whole Foundation, which would bring ICU along")
    func sparesFoundation() throws {
        for file in Self.swift {
            let found = try SwiftSource(of: file.url).imports.filter {
                $0.hasPrefix("Foundation") && $0 != "FoundationEssentials"
            }
            #expect(found.isEmpty, "\(file.path) imports \(found)")
        }
    }

    @Test("A source is at most 250 lines long")
    func staysShort() throws {
        for file in Self.swift {
            let lines = try String(contentsOf: file.url, encoding: .utf8).split(
                omittingEmptySubsequences: false,
                whereSeparator: \.isNewline
            )
            #expect(lines.count <= 251, "\(file.path) has \(lines.count - 1) lines")
        }
    }

    @Test("SQL is written in Storage, in Postgres and in sql/ alone")
    func keepsSQLInItsRooms() throws {
        for file in Self.swift where !file.isIn("Sources/Storage", "Sources/Postgres", "sql") {
            let found = try SwiftSource(of: file.url).literals.filter(isSQL)
            #expect(found.isEmpty, "\(file.path) holds \(found)")
        }
    }

    @Test("Only the program reads its environment and arguments")
    func leavesTheEnvironmentAlone() throws {
        let readers = ["getenv", "secure_getenv", "setenv", "unsetenv", "environ", "ProcessInfo", "CommandLine"]
        for file in Self.swift + House.files(in: "Sources", "c", "cpp", "h") where !file.isIn("Sources/portero") {
            let source = try SwiftSource(of: file.url)
            let found = readers.filter(source.mentions)
            #expect(found.isEmpty, "\(file.path) names \(found)")
        }
    }

    @Test(
        "SQL is told from prose",
        arguments: [
            ("SELECT 1", true), ("  SELECT id FROM portero.users", true), ("WITH a AS (SELECT 1) TABLE a", true),
            ("INSERT INTO users VALUES (1)", true), ("UPDATE users SET name = 1", true), ("DELETE FROM users", true),
            ("ALTER ROLE portero_app LOGIN", true), ("SET ROLE portero_app", true), ("select id from users", true),
            ("", false), ("Select a role", false), ("DELETE", false), ("UPDATE", false), ("/auth/sessions", false),
            ("update the user's name", false), ("delete from here on", false), ("the SELECTION", false),
        ]
    )
    func recognisesSQL(literal: String, expected: Bool) {
        #expect(isSQL(literal) == expected)
    }

    /// A heuristic: a statement's first words in capitals, or a whole lower-case query.
    private func isSQL(_ literal: String) -> Bool {
        let statements =
            /\b(?:SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|MERGE\s+INTO\s|TRUNCATE\s|SET\s+(?:LOCAL|ROLE|SESSION)\s|(?:CREATE|ALTER|DROP)\s+(?:TABLE|ROLE|SCHEMA|FUNCTION|VIEW|INDEX|POLICY|TRIGGER|EXTENSION|TYPE)\s)/
        let query = /\bselect\s[\s\S]+\sfrom\s+[a-z_.]+/
        return literal.contains(statements) || literal.contains(query)
    }
}

@Suite("Reading sources")
struct SwiftSourceTests {
    @Test(
        "An import is found whatever stands around it",
        arguments: [
            ("import A", ["A"]), ("  import A", ["A"]), ("package import A\nimport B", ["A", "B"]),
            ("@testable import A", ["A"]), ("@_spi(Internals) @preconcurrency public import A", ["A"]),
            ("@testable\nimport A", ["A"]), ("import struct A.Thing", ["A"]), ("import A.B", ["A"]),
            ("import A; import B", ["A", "B"]), ("import A // import B", ["A"]), ("/* import A */", []),
            ("// import A", []), ("let x = \"\"\"\nimport A\n\"\"\"", []), ("let important = 1", []),
            ("/* /* */\nimport A */", []),
        ]
    )
    func findsImports(text: String, expected: [String]) {
        #expect(SwiftSource(text).imports == expected)
    }

    @Test("Literals and code are told apart, in interpolations too")
    func separatesLiterals() {
        let source = SwiftSource(
            ##"""
            let a = "one \(f("two", (1 + 2)) + g) three" // "comment"
            let b = #"four "quoted" \n \#(h) five"#
            let c = """
                six "seven"
                """
            let d = "eight \" nine"; let e = '\''
            """##
        )
        #expect(source.literals.contains("two"))
        #expect(source.literals.contains("one \\(…) three"))
        #expect(source.literals.contains("four \"quoted\" \\n \\(…) five"))
        #expect(source.literals.contains { $0.contains("six \"seven\"") })
        #expect(source.literals.contains("eight \\\" nine"))
        #expect(source.literals.count == 5)
        for name in ["f", "g", "h", "a", "b", "c", "d", "e"] { #expect(source.mentions(name)) }
        for name in ["one", "two", "three", "comment", "four", "six", "eight", "nine"] {
            #expect(!source.mentions(name))
        }
    }
}
