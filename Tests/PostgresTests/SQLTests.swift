import Postgres
import Testing

@Suite("SQL")
struct SQLTests {
    @Test("An interpolated value is bound, never written into the text")
    func bindsInterpolatedValues() {
        let hostile = "x'; DROP TABLE users; --"
        let sql: SQL = "SELECT id FROM users WHERE email = \(hostile) AND is_active = \(true)"
        #expect(sql.text == "SELECT id FROM users WHERE email = $1 AND is_active = $2")
    }

    @Test("A spliced statement brings its text and its values, numbered in their new place")
    func splicesFragments() {
        let filter: SQL = "b = \(2) AND c = \(String?.none)"
        let sql: SQL = "SELECT * FROM t WHERE a = \(1) AND \(filter) AND d = \(4)"
        #expect(sql.text == "SELECT * FROM t WHERE a = $1 AND b = $2 AND c = $3 AND d = $4")
    }

    @Test("Printing a statement shows its text and no value")
    func printsNoValues() {
        let sql: SQL = "SELECT \("hunter2")"
        var dumped = ""
        dump(sql, to: &dumped)
        for shown in ["\(sql)", String(reflecting: sql), dumped] {
            #expect(shown.contains("SELECT $1"))
            #expect(!shown.contains("hunter2"))
        }
    }

    @Test("A configuration prints without its URL, which may hold a password")
    func printsNoURL() {
        let configuration = DatabaseConfiguration(url: "postgresql://portero:hunter2@db/portero")
        var dumped = ""
        dump(configuration, to: &dumped)
        for shown in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!shown.contains("hunter2"))
        }
    }

    @Test("What libpq cannot read as a URL is told without repeating it")
    func findsBadURLs() {
        #expect(DatabaseConfiguration.problem(withURL: "postgresql://a,b:5433/x?target_session_attrs=any") == nil)
        #expect(DatabaseConfiguration.problem(withURL: "host=/tmp dbname=x") == nil)
        for bad in ["postgres//portero:hunter2@db", "postgresql://x?nonsense=1"] {
            let problem = DatabaseConfiguration.problem(withURL: bad)
            #expect(problem?.isEmpty == false)
            #expect(problem?.contains("hunter2") == false)
        }
    }
}
