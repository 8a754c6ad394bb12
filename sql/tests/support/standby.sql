-- What Bruno's token, in :token, shows on a standby. Fails until the stage has got there.

\set QUIET on
\o /dev/null
SELECT testing.expect(pg_is_in_recovery(), 'this is a standby');
SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT authz.session(:'token');
SELECT testing.expect(
    (SELECT array_agg(guests ORDER BY guests) FROM public.bookings) = ARRAY[2, 3] AND authz.has_permission('manage_bookings'),
    'a token counts on a standby'
);
COMMIT;
SELECT testing.refuses('28000', 'SELECT authz.session(''x'')', 'and what is none does not');
