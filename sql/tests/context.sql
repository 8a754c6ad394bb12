-- The context of a transaction: bound to it, and unforgeable by whoever can write settings.

\ir support/stage.sql
SET SESSION AUTHORIZATION booking_app;

SELECT testing.expect(authz.user_id() IS NULL AND authz.organization_id() IS NULL, 'without a token nobody acts');
SELECT testing.expect(authz.has_permission('manage_bookings') IS FALSE, 'nobody may do anything: false, not null');
SELECT testing.expect((SELECT count(*) FROM authz.organizations_with('manage_bookings')) = 0, 'nobody may do it anywhere');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 0, 'nobody sees a row');

BEGIN;
SELECT testing.expect(authz.session(:'bruno_in_cripta') = :bruno, 'session() answers whose token it is');
SELECT testing.expect(authz.user_id() = :bruno AND authz.organization_id() = :cripta, 'they act in the token''s organization');
SELECT testing.expect(
    authz.has_permission('manage_bookings') AND NOT authz.has_permission('manage_users')
        AND NOT authz.has_permission('no_such_permission') AND NOT authz.has_permission(NULL),
    'they may do what their role allows'
);
SELECT testing.expect(
    (SELECT array_agg(guests ORDER BY guests) FROM public.bookings) = ARRAY[2, 3], 'they see their organization''s rows'
);
SELECT current_setting('authz.context') AS stolen \gset
COMMIT;

SELECT testing.expect(
    authz.user_id() IS NULL AND (SELECT count(*) FROM public.bookings) = 0, 'a connection that is used again knows nobody'
);

BEGIN;
SELECT set_config('authz.context', :'stolen', true);
SELECT testing.expect(authz.user_id() IS NULL, 'a context counts in no other transaction');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 0, 'a replayed context shows no row');
ROLLBACK;

SELECT set_config('authz.context', :'stolen', false);
SELECT testing.expect(authz.user_id() IS NULL, 'nor when it is set for the whole session');
\connect
SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT set_config('authz.context', :'stolen', true);
SELECT testing.expect(authz.user_id() IS NULL AND NOT authz.has_permission('manage_bookings'), 'nor in another backend');
ROLLBACK;

-- Within the very transaction: whoever injects SQL there has the context before them, and gets nothing else out of it.
BEGIN;
SELECT authz.session(:'ana_in_faro');
SELECT current_setting('authz.context') AS own \gset
SELECT testing.expect(
    (SELECT count(*) FROM public.bookings) = 0, 'a token for one organization gives no power by a role in another'
);
-- session 32, end 16, organization 32, code 64
SELECT set_config('authz.context', overlay(:'own' PLACING replace(:cripta, '-', '') FROM 49), true);
SELECT testing.expect(authz.user_id() IS NULL, 'another organization cannot be written into it');
SELECT set_config('authz.context', overlay(:'own' PLACING '000000ffffffffff' FROM 33), true);
SELECT testing.expect(authz.user_id() IS NULL, 'nor a later end');
SELECT set_config('authz.context', overlay(:'own' PLACING replace(:bruno_session, '-', '') FROM 1), true);
SELECT testing.expect(authz.user_id() IS NULL, 'nor another session');
SELECT set_config('authz.context', overlay(:'own' PLACING repeat('0', 32) FROM 49), true);
SELECT testing.expect(authz.user_id() IS NULL, 'nor no organization');
SELECT set_config('authz.context', upper(:'own'), true);
SELECT testing.expect(authz.user_id() IS NULL, 'it has one spelling');
SELECT set_config('authz.context', :'own', true);
SELECT testing.expect(authz.user_id() = :ana, 'and is what it was');
COMMIT;

SELECT testing.expect(bool_and(garbage.is_nobody), 'garbage in the setting is nobody, and no error')
  FROM unnest(ARRAY[
      '', ' ', 'x', '0', repeat('0', 143), repeat('0', 144), repeat('f', 144), repeat('0', 145), repeat('g', 144),
      repeat('é', 144), repeat('f', 100000), '{}', 'null', E'\n', '-1', repeat('0', 143) || E'\n',
      repeat('0', 32) || '7fffffffffffffff' || repeat('0', 96), repeat('0', 32) || '8000000000000000' || repeat('0', 96)
  ]) AS value,
  LATERAL (
      SELECT set_config('authz.context', value, false) = value AND authz.user_id() IS NULL
             AND authz.organization_id() IS NULL AND NOT authz.has_permission('manage_bookings')
             AND NOT EXISTS (SELECT FROM authz.organizations_with('manage_bookings')) AS is_nobody
  ) garbage;
RESET authz.context;

-- A token that is refused changes nothing: the statement fails, and the transaction with it unless there is a savepoint.
BEGIN;
SELECT authz.session(:'bruno_in_cripta');
SAVEPOINT before;
SELECT authz.session(:'ana_in_cripta');
SELECT testing.expect(authz.user_id() = :ana, 'the last token counts');
ROLLBACK TO before;
SELECT testing.expect(authz.user_id() = :bruno, 'and goes with its savepoint');
ROLLBACK;
SELECT testing.expect(authz.user_id() IS NULL, 'a transaction that is rolled back leaves nothing');

BEGIN READ ONLY;
SELECT authz.session(:'bruno_in_cripta');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 2, 'a read-only transaction will do');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;
SELECT authz.session(:'bruno_in_cripta');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 2, 'and any level of isolation');
COMMIT;

-- Workers have other process ids than their leader.
BEGIN;
SET LOCAL force_parallel_mode = on;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT authz.session(:'bruno_in_cripta');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 2, 'parallel plans see the same');
SELECT authz.user_id() AS who \gset
SELECT testing.expect(:'who' = :bruno, 'and know who acts');
COMMIT;

-- As a pooler in transaction mode lends one connection: a thousand transactions of two organizations in turn.
RESET SESSION AUTHORIZATION;
CREATE PROCEDURE testing.take_turns(p_one text, p_other text) LANGUAGE plpgsql AS $$
BEGIN
    FOR turn IN 1..1000 LOOP
        PERFORM testing.expect((SELECT count(*) FROM public.bookings) = 0, 'between two transactions nobody acts');
        PERFORM authz.session(CASE turn % 2 WHEN 0 THEN p_one ELSE p_other END);
        PERFORM testing.expect(
            (SELECT sum(guests) FROM public.bookings) = CASE turn % 2 WHEN 0 THEN 5 ELSE 23 END,
            'each transaction sees its own organization'
        );
        COMMIT;
    END LOOP;
END
$$;
UPDATE portero.memberships m SET role_id = r.id
  FROM portero.roles r
 WHERE m.organization_id = :faro AND r.organization_id = :faro AND r.name = 'Staff';
SET SESSION AUTHORIZATION booking_app;
CALL testing.take_turns(:'bruno_in_cripta', :'ana_in_faro');
