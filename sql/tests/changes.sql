-- What changes while a token lives counts from the next statement on, in the same transaction too.

\ir support/stage.sql

CREATE FUNCTION testing.sees(p_rows integer, p_user uuid, p_rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM testing.expect((SELECT count(*) FROM public.bookings) = p_rows, p_rule);
    PERFORM testing.expect(authz.user_id() IS NOT DISTINCT FROM p_user, p_rule || ' (who)');
    PERFORM testing.expect(
        authz.has_permission('manage_bookings') = (p_rows > 0)
            AND (SELECT count(*) FROM authz.organizations_with('manage_bookings')) = (p_rows > 0)::integer,
        p_rule || ' (what)'
    );
END
$$;

-- Each change is undone with its transaction; what it does lasts longer.
\set as_application 'SET LOCAL ROLE booking_app'
\set as_owner 'RESET ROLE'

-- What is built in changes for whoever maintains it alone.
BEGIN; SET LOCAL portero.maintenance = 'on'; SELECT authz.session(:'bruno_in_cripta'); :as_application;
SELECT testing.sees(2, :bruno, 'before');
:as_owner; UPDATE portero.memberships m SET role_id = r.id FROM portero.roles r
 WHERE m.user_id = :bruno AND r.organization_id = m.organization_id AND r.name = 'Usuario'; :as_application;
SELECT testing.sees(0, :bruno, 'another role');
:as_owner; INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
SELECT r.organization_id, r.id, p.id FROM portero.roles r, portero.permissions p
 WHERE r.organization_id = :cripta AND r.name = 'Usuario' AND p.name = 'manage_bookings'; :as_application;
SELECT testing.sees(2, :bruno, 'a role that may do more now');
:as_owner; DELETE FROM portero.role_permissions rp USING portero.permissions p
 WHERE p.id = rp.permission_id AND rp.organization_id = :cripta AND p.name = 'manage_bookings'; :as_application;
SELECT testing.sees(0, :bruno, 'a role that may do less now');
ROLLBACK;

BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
:as_owner; UPDATE portero.memberships SET is_active = false WHERE user_id = :bruno; :as_application;
SELECT testing.sees(0, NULL, 'a membership that sleeps');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'and no new transaction');
:as_owner; UPDATE portero.memberships SET is_active = true WHERE user_id = :bruno; :as_application;
SELECT testing.sees(2, :bruno, 'until it wakes');
:as_owner; DELETE FROM portero.memberships WHERE user_id = :bruno; :as_application;
SELECT testing.sees(0, NULL, 'who has left');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'has left for new transactions too');
ROLLBACK;

BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
:as_owner; UPDATE portero.users SET is_active = false WHERE id = :bruno; :as_application;
SELECT testing.sees(0, NULL, 'an account that is closed');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'and stays out');
ROLLBACK;

BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
:as_owner; UPDATE portero.sessions SET ended_at = now(), ended_reason = 'logout' WHERE id = :bruno_session; :as_application;
SELECT testing.sees(0, NULL, 'a session that was ended');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'and stays ended');
ROLLBACK;

BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
:as_owner; UPDATE portero.sessions SET expires_at = now() WHERE id = :bruno_session; :as_application;
SELECT testing.sees(0, NULL, 'a session that is over');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'and stays over');
ROLLBACK;

BEGIN; SELECT authz.session(:'ana_in_faro'); :as_application;
:as_owner; DELETE FROM portero.organizations WHERE id = :faro; :as_application;
SELECT testing.sees(0, NULL, 'an organization that is no more');
ROLLBACK;

BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
:as_owner; DELETE FROM portero.users WHERE id = :bruno; :as_application;
SELECT testing.sees(0, NULL, 'a person who is no more');
ROLLBACK;

-- A session that somebody else opened counts as long as they cover it, and where they did alone.
BEGIN;
UPDATE portero.sessions SET opened_in = :cripta, opened_by = :ana WHERE id = :bruno_session;
SELECT testing.join(:faro, :bruno, 'Staff');
SELECT authz.session(:'bruno_in_cripta'); :as_application;
SELECT testing.sees(2, :bruno, 'a session that is backed');
:as_owner; SELECT testing.refuses(
    '28000', format('SELECT authz.session(%L)', testing.token(:bruno_session, o)), 'elsewhere, or nowhere, it is none'
) FROM unnest(ARRAY[:faro, NULL]::uuid[]) o;
UPDATE portero.memberships SET is_active = false WHERE user_id = :ana; :as_application;
SELECT testing.sees(0, NULL, 'one whose opener is barred');
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', :'bruno_in_cripta'), 'and no new transaction for it');
:as_owner; UPDATE portero.memberships SET is_active = true WHERE user_id = :ana; :as_application;
SELECT testing.sees(2, :bruno, 'until they are let in again');
:as_owner; DELETE FROM portero.memberships WHERE user_id = :ana; SELECT testing.join(:cripta, :ana, 'Admin'); :as_application;
SELECT testing.sees(0, NULL, 'one whose opener has left, even if they came back');
ROLLBACK;
SELECT testing.refuses('23514', s, 'the table holds a session where it was opened, to one opener: ' || s)
  FROM unnest(ARRAY[
      format('UPDATE portero.sessions SET opened_in = %L WHERE id = %L', :faro, :bruno_session),
      format('UPDATE portero.sessions SET opened_by = %L WHERE id = %L', :ana, :bruno_session),
      format(
          'UPDATE portero.sessions SET opened_in = %L, opened_by = %L, opened_by_key = gen_random_uuid() WHERE id = %L',
          :cripta, :ana, :bruno_session
      )
  ]) s;

-- A prepared statement and a cursor keep their plans, not their answers.
BEGIN; SELECT authz.session(:'bruno_in_cripta'); :as_application;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE seen AS SELECT testing.expect(count(*) = $1, 'a prepared statement asks again') FROM public.bookings;
EXECUTE seen(2);
:as_owner; UPDATE portero.sessions SET ended_at = now(), ended_reason = 'logout' WHERE id = :bruno_session; :as_application;
EXECUTE seen(0);
ROLLBACK;
