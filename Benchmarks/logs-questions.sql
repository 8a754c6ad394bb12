-- What `run --logs` times on the rows of logs.sql: pages with each filter, reports, how things stand, and clean-up.

SET timezone = 'UTC';
\set organization '''00000000-0000-7000-8013-100000000000'''
\set admin '''00000000-0000-7000-8011-100000000000'''
SELECT number AS someone FROM portero.users WHERE email = 'logs-5@example.com' \gset
\timing on

\echo ? first page
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, NULL, NULL, NULL, NULL, 20, 0);
\echo ? first page, event
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, 'authn_login_fail', NULL, NULL, NULL, NULL, NULL, 20, 0);
\echo ? first page, event of refreshing
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, 'authn_token_created', NULL, NULL, NULL, NULL, NULL, 20, 0);
\echo ? first page, userId
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, :someone, NULL, NULL, NULL, NULL, 20, 0);
\echo ? first page, email
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, 'logs-5@example.com', NULL, NULL, NULL, 20, 0);
\echo ? first page, success=false
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, NULL, false, NULL, NULL, 20, 0);
\echo ? first page, success=true
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, NULL, true, NULL, NULL, 20, 0);
\echo ? first page, from and to within days
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, NULL, NULL, now() - interval '100 days 7 hours', now() - interval '50 days', 20, 0);
\echo ? first page, all of them
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, 'authn_login_fail', :someone, 'logs-5@example.com', false, now() - interval '300 days 7 hours', now() - interval '5 days', 20, 0);
\echo ? page 150,000
SELECT count(*), max(total) FROM portero.log_page(:admin, :organization, NULL, NULL, NULL, NULL, NULL, NULL, 20, 2999980);
\echo ? report of 30 days
SELECT count(*) FROM portero.security_report(:admin, :organization, 30);
\echo ? report of 365 days
SELECT count(*) FROM portero.security_report(:admin, :organization, 365);
\echo ? stats
SELECT * FROM portero.security_stats(:admin, :organization, interval '15 minutes');
\echo ? clean-up stats
SELECT sum(total) FROM portero.clean_up_stats(:admin, :organization, 90);
\echo ? a batch of clean-up
BEGIN;
SELECT logs FROM portero.clean_up(:admin, gen_random_uuid(), :organization, 330, true, NULL);
ROLLBACK;
