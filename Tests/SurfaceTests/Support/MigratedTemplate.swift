import Migrations
import Postgres
import Reactor
import Support

/// The database that every scratch database is a copy of: migrated once in a test run.
actor MigratedTemplate {
    static let shared = MigratedTemplate()

    private var making: Task<String, any Error>?

    var name: String {
        get async throws {
            let task = making ?? Task { try await Self.make() }
            making = task
            return try await task.value
        }
    }

    private static func make() async throws -> String {
        let loop = TestLoops.next()
        let database = try await ScratchDatabase.create(on: loop)
        try await Migrator(migrations: Migrations.all, url: database.url, on: loop).apply()
        try await Script.run(testing, url: database.url, on: loop)
        return database.name
    }

    /// Functions of the tests' own.
    private static let testing = """
        CREATE SCHEMA testing;

        -- What the server keeps, as one line a table: equal before and after what must not change anything.
        --
        -- Left out is what counts refusals, and what becomes of a mail after it was asked for.
        CREATE FUNCTION testing.state() RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            v_table text;
            v_digest text;
            v_lines text := '';
        BEGIN
            FOR v_table IN
                SELECT c.relname FROM pg_class c
                 WHERE c.relnamespace = 'portero'::regnamespace AND c.relkind = 'r'
                   AND c.relname NOT LIKE 'auth_logs%' AND c.relname NOT IN ('login_failures', 'absent_codes')
                 ORDER BY c.relname
            LOOP
                EXECUTE format($q$
                    SELECT md5(string_agg(r::text, E'\\n' ORDER BY r::text)) FROM (
                        SELECT to_jsonb(t) - ARRAY[
                            'tries_left', 'attempts', 'next_attempt_at', 'sent_at', 'failed_at', 'failure', 'sealed'
                        ] AS r FROM portero.%I t
                    ) rows
                $q$, v_table) INTO v_digest;
                v_lines := v_lines || v_table || ' ' || coalesce(v_digest, 'empty') || E'\\n';
            END LOOP;
            RETURN v_lines;
        END
        $$;
        """
}
