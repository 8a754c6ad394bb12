import Foundation
import Postgres
import Support
import Testing

@Suite("Last activity, several servers and a database in trouble", .timeLimit(.minutes(10)))
struct ActivityFaultScenarios {
    private static let alone = ["PORTERO_WORKERS": "1"]

    /// Counts how often last activities are moved from now on.
    private func countMoves(_ site: Site) async throws {
        try await Script.run(
            """
            CREATE SEQUENCE testing.moves;
            GRANT USAGE ON SCHEMA testing TO PUBLIC;
            GRANT USAGE ON SEQUENCE testing.moves TO PUBLIC;
            CREATE FUNCTION testing.count_move() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM nextval('testing.moves');
                RETURN NULL;
            END $$;
            CREATE TRIGGER moves AFTER UPDATE OF last_seen_at ON portero.sessions
                FOR EACH ROW EXECUTE FUNCTION testing.count_move();
            """,
            url: site.scratch.url,
            on: TestLoops.next()
        )
    }

    private func moves(_ site: Site) async throws -> Int {
        try await site.database.count("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM testing.moves")
    }

    @Test("Many sessions that are used at two servers move once each, and what is noted is written before the end")
    func twoServers() async throws {
        try await Site.serving(Self.alone) { site in
            let visitor = site.visitor()
            let people = try await (0..<20).asyncMap { _ in try await site.boundMember() }
            let sessions = try await people.asyncMap { try await site.agedSession(of: $0, at: visitor) }
            try await countMoves(site)
            let servers = [try await site.startAnother(Self.alone), try await site.startAnother(Self.alone)]
            for server in servers {
                let visitor = Visitor(to: server.port)
                for session in sessions {
                    #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
                }
                await visitor.close()
            }
            for server in servers { #expect(await server.stop() == 0, "\(server.log.suffix(20))") }
            let fresh = try await site.database.count(
                "SELECT count(*) FROM portero.sessions WHERE last_seen_at > now() - interval '1 minute'"
            )
            #expect(fresh == sessions.count)
            #expect(try await moves(site) == sessions.count)
        }
    }

    @Test("Whoever holds a session is not waited for: the others used with it are noted")
    func heldSession() async throws {
        try await Site.serving(Self.alone) { site in
            let visitor = site.visitor()
            let (held, free) = (try await site.agedSession(at: visitor), try await site.agedSession(at: visitor))
            let before = try await held.lastSeen()
            try await site.database.transaction { transaction in
                _ = try await transaction.write("SELECT 1 FROM portero.sessions WHERE id = \(held.id) FOR UPDATE")
                for session in [held, free] {
                    #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
                }
                try await free.moved()
                #expect(try await held.lastSeen() == before)
            }
            #expect(try await visitor.get("/auth/me", token: held.token).status == 200)
            try await held.moved()
        }
    }

    @Test("While nothing can be written, sessions are checked all the same, and move then to when they were used")
    func notWritable() async throws {
        try await Site.serving(Self.alone) { site in
            let visitor = site.visitor()
            let session = try await site.agedSession(at: visitor)
            let used = Date().microseconds
            let sentAway: Int = try await site.database.transaction { transaction in
                _ = try await transaction.write("LOCK TABLE portero.sessions IN EXCLUSIVE MODE")
                #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
                try await noting(isWaiting: true, by: transaction)
                try await noting(isWaiting: false, by: transaction)
                let sentAway = Date().microseconds
                // What is written in the end is sent after that.
                try await noting(isWaiting: true, by: transaction)
                return sentAway
            }
            try await session.moved()
            let moved = try await session.lastSeen()
            #expect(used < moved && moved < sentAway)
        }
    }

    private func noting(isWaiting: Bool, by transaction: Transaction) async throws {
        _ = try await eventually("the note \(isWaiting ? "to wait" : "not to wait") for the table") {
            let waiting = try await transaction.read(
                """
                SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                 WHERE d.datname = current_database() AND l.relation = 'portero.sessions'::regclass AND NOT l.granted
                """
            ).first { (row: inout Row) throws(PostgresError) -> Int in try row.next() }
            return (waiting ?? 0 > 0) == isWaiting ? true : nil
        }
    }

    @Test("While the database is away, what is noted waits, slows nothing, and lets a server end in order")
    func away() async throws {
        try await Site.serving(Self.alone) { site in
            let visitor = site.visitor()
            let session = try await site.agedSession(at: visitor)
            let other = try await site.startAnother(Self.alone)
            let visitorThere = Visitor(to: other.port)
            try await site.database.transaction { transaction in
                // Noted by both, and not written.
                _ = try await transaction.write("LOCK TABLE portero.sessions IN EXCLUSIVE MODE")
                for visitor in [visitor, visitorThere] {
                    #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
                }
                try await allowConnections(false, to: site)
                _ = try await transaction.write(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """
                )
                #expect(try await visitor.get("/auth/me", token: session.token).shape == Reply.problem(503))
                #expect(try await visitor.get("/healthz").status == 200)
                await visitorThere.close()
                #expect(await other.stop() == 0, "\(other.log.suffix(20))")
            }
            try await allowConnections(true, to: site)
            try await session.moved()
            #expect(try await visitor.get("/auth/me", token: session.token).status == 200)
        }
    }

    private func allowConnections(_ isAllowed: Bool, to site: Site) async throws {
        try await Script.run(
            "ALTER DATABASE \(site.scratch.name) ALLOW_CONNECTIONS \(isAllowed)",
            url: ScratchDatabase.clusterURL(),
            on: TestLoops.next()
        )
    }
}

extension Date {
    fileprivate var microseconds: Int { Int(timeIntervalSince1970 * 1_000_000) }
}
