-- Who may call and read what: everybody the six functions, nobody the keys.

\ir support/stage.sql

SELECT testing.expect(
    array_agg(p.oid::regprocedure::text ORDER BY p.proname) = ARRAY[
        'authz.has_permission(text)', 'authz.organization_id()', 'authz.organizations_with(text)',
        'authz.protect(regclass,name,text)', 'authz.session(text)', 'authz.user_id()'
    ],
    'schema authz holds what the documentation lists'
) FROM pg_proc p WHERE p.pronamespace = 'authz'::regnamespace;
SELECT testing.expect(
    bool_and(has_function_privilege('booking_app', p.oid, 'EXECUTE')), 'every role may call the functions of authz'
) FROM pg_proc p WHERE p.pronamespace = 'authz'::regnamespace;
SELECT testing.expect(
    bool_and(p.proconfig IS NOT NULL), 'every function that runs as the owner has a search_path of its own'
) FROM pg_proc p WHERE p.pronamespace IN ('authz'::regnamespace, 'portero'::regnamespace) AND p.prosecdef;
SELECT testing.expect(
    count(*) = 0, 'functions of portero that everybody may call: ' || coalesce(string_agg(p.oid::regprocedure::text, ', '), '')
) FROM pg_proc p WHERE p.pronamespace = 'portero'::regnamespace AND has_function_privilege('booking_app', p.oid, 'EXECUTE');
SELECT testing.expect(
    NOT has_function_privilege('portero_app', p.oid, 'EXECUTE'), 'the server needs no function that makes codes: ' || p.proname
) FROM pg_proc p
 WHERE p.pronamespace = 'portero'::regnamespace
   AND p.proname IN ('keyed_hash', 'claim_code', 'claim_mac', 'context_code', 'context', 'is_same_code');
SELECT testing.expect(
    NOT has_column_privilege('portero_app', 'portero.sessions', 'claim_key', 'SELECT'), 'nor the keys'
);
SELECT testing.expect(bool_and(length(claim_key) = 32) AND count(DISTINCT claim_key) = count(*), 'each session has its own key')
  FROM portero.sessions;
SELECT testing.expect(
    length('portero access token claims v1.'::bytea) = 31 AND length('portero transaction context v1.'::bytea) = 31
        AND length('portero comparison of codes v1.'::bytea) = 31,
    'with its label and a number each key fills a block of SHA-256'
);

SET SESSION AUTHORIZATION booking_app;
SELECT testing.refuses('42501', 'SELECT FROM portero.' || t, 'an application reads no table of portero')
  FROM unnest(ARRAY['sessions', 'users', 'memberships', 'roles', 'organizations', 'auth_logs']) t;
SELECT testing.refuses('42501', format('SELECT portero.claim_mac(%L, 1, NULL)', :bruno_session), 'and makes no code');
SELECT testing.refuses('42501', $$SELECT authz.protect('public.bookings', 'organization_id', 'manage_rooms')$$, 'nor protects what is not its own');
SELECT testing.refuses('42501', 'CREATE FUNCTION authz.user_id(text) RETURNS uuid LANGUAGE sql RETURN NULL', 'nor adds to authz');

-- Functions of its own in front of the others' search path change nothing.
RESET SESSION AUTHORIZATION;
CREATE SCHEMA trap;
GRANT ALL ON SCHEMA trap TO booking_app;
SET SESSION AUTHORIZATION booking_app;
CREATE FUNCTION trap.clock_timestamp() RETURNS timestamptz LANGUAGE sql RETURN '1970-01-01'::timestamptz;
CREATE FUNCTION trap.transaction_timestamp() RETURNS timestamptz LANGUAGE sql RETURN '1970-01-01'::timestamptz;
CREATE FUNCTION trap.sha256(bytea) RETURNS bytea LANGUAGE sql RETURN '\x'::bytea;
CREATE FUNCTION trap.is_always(uuid, uuid) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR trap.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = trap.is_always);
SET search_path = trap, pg_catalog, public;
BEGIN;
SELECT set_config('authz.context', repeat('0', 144), true);
SELECT testing.expect(authz.user_id() OPERATOR(pg_catalog.=) NULL IS NOT TRUE, 'nobody becomes somebody by a search path');
SELECT testing.expect((SELECT pg_catalog.count(*) FROM public.bookings) OPERATOR(pg_catalog.=) 0, 'and no policy is fooled by it');
COMMIT;
