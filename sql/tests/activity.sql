-- When sessions were used last: noted forward only, once a minute, for those that live, and at the price of no index and no list.

\ir support/stage.sql

CREATE FUNCTION testing.note(p_session uuid, p_age interval) RETURNS void LANGUAGE sql
RETURN portero.note_activity(ARRAY[p_session], ARRAY[floor(extract(epoch FROM p_age) * 1000)::bigint]);

CREATE FUNCTION testing.seen(p_session uuid) RETURNS interval LANGUAGE sql
AS $$ SELECT now() - s.last_seen_at FROM portero.sessions s WHERE s.id = p_session $$;

-- What each check of Ana's session says.
CREATE FUNCTION testing.stale(p_session uuid, p_user uuid, p_organization uuid) RETURNS boolean[] LANGUAGE sql AS $$
    SELECT ARRAY[m.is_stale, a.is_stale, b.is_stale, i.is_stale]
      FROM portero.me(p_session, p_user, p_organization) m, portero.authenticate(p_session, p_user, p_organization) a,
           portero.authenticate_bound(p_session, p_user, NULL, 'cripta') b,
           portero.introspect(p_session, p_user, p_organization) i
$$;

-- All is one transaction, so now() stands still.
BEGIN;
SELECT testing.expect(
    testing.stale(:ana_session, :ana, :cripta) = '{f,f,f,f}', 'a session that was seen within the minute is not to be noted'
);
UPDATE portero.sessions SET last_seen_at = now() - interval '10 minutes';
SELECT testing.expect(testing.stale(:ana_session, :ana, :cripta) = '{t,t,t,t}', 'any check tells that a session is to be noted');

SELECT testing.note(:ana_session, '3 minutes') \g /dev/null
SELECT testing.expect(testing.seen(:ana_session) = '3 minutes', 'a session was seen when it was used, not when that was written');
SELECT testing.expect(testing.seen(:bruno_session) = '10 minutes', 'and no other with it');
SELECT testing.note(:ana_session, '130 seconds') \g /dev/null
SELECT testing.note(:ana_session, '3 minutes') \g /dev/null
SELECT testing.expect(testing.seen(:ana_session) = '3 minutes', 'what is known to the minute is not written again');
SELECT testing.note(:ana_session, '8 minutes') \g /dev/null
SELECT testing.expect(testing.seen(:ana_session) = '3 minutes', 'nothing goes back');
SELECT testing.note(:ana_session, '0') \g /dev/null
SELECT testing.expect(testing.seen(:ana_session) = '0', 'a later use moves it');

UPDATE portero.sessions SET expires_at = now() WHERE id = :bruno_session;
UPDATE portero.sessions SET ended_at = now(), ended_reason = 'logout' WHERE id = :clara_session;
SELECT portero.note_activity(ARRAY[:bruno_session, :clara_session, gen_random_uuid()]::uuid[], ARRAY[0, 0, 0]) \g /dev/null
SELECT testing.expect(
    testing.seen(:bruno_session) = '10 minutes' AND testing.seen(:clara_session) = '10 minutes', 'what has ended stays as it is'
);
ROLLBACK;

-- The cost: of a hundred sessions among a thousand, no entry of an index and no row of a list.
INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at, last_seen_at)
SELECT gen_random_uuid(), 1000000 + n, :ana, :cripta, 'usuarios', now() + interval '1 day', now() - interval '10 minutes'
  FROM generate_series(1, 1000) n;
VACUUM (ANALYZE) portero.sessions;
BEGIN;
CREATE TEMP TABLE lists AS SELECT d.*, d.xmin AS version FROM portero.session_directory d;
CREATE TEMP TABLE few AS SELECT id FROM portero.sessions WHERE number > 1000000 AND number % 10 = 0;
SELECT pg_stat_get_xact_tuples_hot_updated('portero.sessions'::regclass) AS before \gset
SELECT portero.note_activity(array_agg(id), array_agg(0::bigint)) FROM few \g /dev/null
SELECT testing.expect(
    count(*) = 100 AND pg_stat_get_xact_tuples_hot_updated('portero.sessions'::regclass) - :before = 100,
    'a use is noted in the row''s own page'
) FROM portero.sessions s JOIN few USING (id) WHERE s.last_seen_at = now();
SELECT testing.expect(
    NOT EXISTS (SELECT d.*, d.xmin FROM portero.session_directory d EXCEPT SELECT * FROM lists), 'and in no list'
);
ROLLBACK;

SELECT testing.refuses(
    '42501', 'SET LOCAL ROLE portero_app; UPDATE portero.sessions SET last_seen_at = now()', 'the server notes by the gate alone'
);
