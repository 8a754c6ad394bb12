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
                            'tries_left', 'attempts', 'next_attempt_at', 'sent_at', 'failed_at', 'failure', 'sealed', 'last_used_at',
                            'last_seen_at'
                        ] AS r FROM portero.%I t
                    ) rows
                $q$, v_table) INTO v_digest;
                v_lines := v_lines || v_table || ' ' || coalesce(v_digest, 'empty') || E'\\n';
            END LOOP;
            RETURN v_lines;
        END
        $$;

        -- What must never be, whatever was done: nothing, where all is well.
        CREATE VIEW testing.contradictions AS
            SELECT 'live refresh tokens of session ' || session_id AS what
              FROM portero.refresh_tokens WHERE used_at IS NULL GROUP BY session_id HAVING count(*) > 1
            UNION ALL
            SELECT 'no successor of a token of session ' || session_id
              FROM portero.refresh_tokens t
             WHERE NOT EXISTS (SELECT FROM portero.refresh_tokens n WHERE n.digest = t.successor) AND used_at IS NOT NULL
            UNION ALL
            SELECT 'live codes of user ' || user_id
              FROM portero.one_time_codes WHERE used_at IS NULL AND replaced_at IS NULL
             GROUP BY user_id, purpose HAVING count(*) > 1
            UNION ALL
            SELECT 'a session without its login in the audit trail: ' || id
              FROM portero.sessions s
             WHERE NOT EXISTS (
                   SELECT FROM portero.auth_logs l WHERE l.session_id = s.id AND l.event IN ('authn_login_success', 'session_created')
             )
            UNION ALL
            SELECT 'an ended session without an event that ends sessions: ' || s.id
              FROM portero.sessions s
             WHERE s.ended_at IS NOT NULL AND NOT EXISTS (
                   SELECT FROM portero.auth_logs l
                    WHERE l.user_id = s.user_id AND l.occurred_at = s.ended_at
                      AND l.event IN ('authn_token_revoked', 'authn_token_reuse', 'authn_password_change')
             )
            UNION ALL
            SELECT 'somebody else''s session in the audit trail: ' || l.event || ' ' || l.id
              FROM portero.auth_logs l JOIN portero.sessions s ON s.id = l.session_id
             WHERE s.user_id NOT IN (l.user_id, l.actor_id) AND l.event <> 'authz_fail'
            UNION ALL
            SELECT 'a session that is listed wrongly, or not at all: ' || number
              FROM (
                  SELECT s.number, s.organization_id, s.expires_at, lower(coalesce(u.username, u.email)) AS name
                    FROM portero.sessions s
                    JOIN portero.users u ON u.id = s.user_id
                    JOIN portero.memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id
                   WHERE s.ended_at IS NULL AND m.is_active
              ) l
              FULL JOIN portero.session_directory d USING (number, organization_id, expires_at)
             WHERE l.name IS DISTINCT FROM d.username
            UNION ALL
            SELECT 'idle in a transaction: ' || pid FROM pg_stat_activity
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'
               AND state_change < now() - interval '1 second';
        """
}
