-- What authz.protect() writes, and what it refuses to write.

\ir support/stage.sql

SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT authz.session(:'bruno_in_cripta');
INSERT INTO public.bookings (guests) VALUES (4);
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 3, 'a row goes to the organization of whoever adds it');
SELECT testing.refuses('42501', format('INSERT INTO public.bookings (organization_id, guests) VALUES (%L, 1)', :faro), 'and to no other');
SELECT testing.refuses('42501', format('UPDATE public.bookings SET organization_id = %L', :faro), 'a row moves to no other');
WITH changed AS (UPDATE public.bookings SET guests = guests + 1 RETURNING organization_id)
SELECT testing.expect(count(*) = 3 AND bool_and(organization_id = :cripta), 'an update reaches one''s own rows') FROM changed;
WITH gone AS (DELETE FROM public.bookings RETURNING organization_id)
SELECT testing.expect(count(*) = 3 AND bool_and(organization_id = :cripta), 'a deletion too') FROM gone;
ROLLBACK;
SELECT testing.refuses('42501', format('INSERT INTO public.bookings (organization_id, guests) VALUES (%L, 1)', :cripta), 'nobody adds rows');
WITH changed AS (UPDATE public.bookings SET guests = 0 RETURNING 1) SELECT testing.expect(count(*) = 0, 'nobody changes rows') FROM changed;
WITH gone AS (DELETE FROM public.bookings RETURNING 1) SELECT testing.expect(count(*) = 0, 'nobody deletes rows') FROM gone;
RESET SESSION AUTHORIZATION;

SELECT testing.expect(
    relrowsecurity AND relforcerowsecurity, 'row security holds for the table''s owner as well'
) FROM pg_class WHERE oid = 'public.bookings'::regclass;
SELECT authz.protect('public.bookings', 'organization_id', 'manage_rooms');
SELECT testing.expect(
    count(*) = 4 AND bool_and(coalesce(qual, with_check) LIKE '%authz.organizations_with(''manage_rooms''::text)%'),
    'done again, it replaces its own policies'
) FROM pg_policies WHERE schemaname = 'public' AND tablename = 'bookings';
SELECT testing.expect(
    array_agg(cmd || coalesce(' using', '') ORDER BY cmd) IS NOT NULL
        AND bool_and((qual IS NULL) = (cmd = 'INSERT')) AND bool_and((with_check IS NULL) = (cmd IN ('SELECT', 'DELETE'))),
    'there is one for each command, for rows as they are and as they become'
) FROM pg_policies WHERE schemaname = 'public' AND tablename = 'bookings';

CREATE TABLE public."Odd table" (id integer, "the ""Org""" uuid, amount numeric, gone uuid);
ALTER TABLE public."Odd table" DROP COLUMN gone;
SELECT authz.protect('public."Odd table"', 'the "Org"', 'manage_rooms');
GRANT ALL ON public."Odd table" TO booking_app;
SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT authz.session(:'bruno_in_cripta');
INSERT INTO public."Odd table" VALUES (1, :cripta, 1);
SELECT testing.refuses('42501', 'INSERT INTO public."Odd table" VALUES (1, NULL, 1)', 'a row without an organization is nobody''s');
SELECT testing.expect((SELECT count(*) FROM public."Odd table") = 1, 'names may be odd');
COMMIT;
RESET SESSION AUTHORIZATION;

-- Partitions, and partitions of partitions, are asked by themselves.
CREATE TABLE public.parted (organization_id uuid, place integer, room text) PARTITION BY RANGE (place);
CREATE TABLE public.parted_one PARTITION OF public.parted FOR VALUES FROM (0) TO (10) PARTITION BY LIST (room);
CREATE TABLE public.parted_one_a PARTITION OF public.parted_one FOR VALUES IN ('a');
GRANT SELECT ON public.parted, public.parted_one, public.parted_one_a TO booking_app;
SELECT authz.protect('public.parted', 'organization_id', 'manage_bookings');
SELECT testing.expect(count(*) = 12, 'partitions have policies of their own: ' || count(*)) FROM pg_policies
 WHERE schemaname = 'public' AND tablename LIKE 'parted%';
SELECT testing.expect(bool_and(relrowsecurity AND relforcerowsecurity), 'and hold their owner to them') FROM pg_class
 WHERE relname LIKE 'parted%' AND relkind IN ('r', 'p');

CREATE VIEW public.a_view AS SELECT * FROM public.bookings;
SELECT testing.refuses(state, format('SELECT authz.protect(%L, %L, %L)', "table", "column", permission), rule)
  FROM (VALUES
      ('42809', 'public.a_view', 'organization_id', 'manage_bookings', 'a view'), ('42809', NULL, 'organization_id', 'manage_bookings', 'nothing'),
      ('42P01', 'public.nothing', 'organization_id', 'manage_bookings', 'a table that is not there'),
      ('42703', 'public.bookings', 'organisation', 'manage_bookings', 'a column that is not there'),
      ('42703', 'public."Odd table"', 'gone', 'manage_bookings', 'a column that was dropped'),
      ('42703', 'public.bookings', 'ctid', 'manage_bookings', 'a column of the system'),
      ('42703', 'public.bookings', NULL, 'manage_bookings', 'no column'),
      ('42804', 'public.bookings', 'guests', 'manage_bookings', 'a column of another type'),
      ('22023', 'public.bookings', 'organization_id', 'Manage', 'capitals'), ('22023', 'public.bookings', 'organization_id', '', 'no name'),
      ('22023', 'public.bookings', 'organization_id', 'a', 'a letter'), ('22023', 'public.bookings', 'organization_id', NULL, 'no permission'),
      ('22023', 'public.bookings', 'organization_id', 'x'') OR true --', 'SQL'),
      ('22023', 'public.bookings', 'organization_id', repeat('a', 64), '64 letters')
  ) AS wrong (state, "table", "column", permission, rule);
SELECT testing.expect(count(*) = 4, 'what is refused changes nothing') FROM pg_policies
 WHERE schemaname = 'public' AND tablename = 'bookings';
