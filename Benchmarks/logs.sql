-- What `run --logs` measures on: 12 months of one organization's audit trail among a hundred smaller ones.
--
-- Takes :rows (of the large one; the others share a tenth as many beside). Months get partitions, as they would have had.
-- Every seventh row is a failed login, a third are refreshes; 20,000 people.

SET timezone = 'UTC';

DO $$
DECLARE
    v_month timestamptz;
BEGIN
    FOR ago IN REVERSE 12..1 LOOP
        v_month := date_trunc('month', now()) - make_interval(months => ago);
        EXECUTE format(
            'CREATE TABLE portero.%I PARTITION OF portero.auth_logs FOR VALUES FROM (%L) TO (%L)',
            'auth_logs_' || to_char(v_month, 'YYYY_MM'), v_month, v_month + interval '1 month'
        );
    END LOOP;
END
$$;

INSERT INTO portero.organizations (id, slug, name)
SELECT ('00000000-0000-7000-8013-' || 100000000000 + n)::uuid, 'logs-' || n, 'Escape Room ' || n
  FROM generate_series(0, 100) n;

INSERT INTO portero.users (id, email, full_name)
SELECT ('00000000-0000-7000-8011-' || 100000000000 + n)::uuid, 'logs-' || n || '@example.com', 'Persona ' || n
  FROM generate_series(0, 19999) n;

INSERT INTO portero.memberships (organization_id, user_id, role_id)
SELECT o.id, ('00000000-0000-7000-8011-' || 100000000000 + n)::uuid, r.id
  FROM generate_series(0, 19999) n
  JOIN portero.organizations o ON o.slug = 'logs-0'
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = CASE WHEN n = 0 THEN 'Admin' ELSE 'Staff' END;

-- Counted afterwards, a day at a time, rather than row by row.
UPDATE portero.log_tally SET counted_until = current_date - 400;

INSERT INTO portero.auth_logs (occurred_at, event, success, reason, user_id, organization_id, email, surface, address, user_agent)
SELECT now() - interval '360 days' * (1 - n::float8 / (:rows * 1.1)),
       CASE WHEN n % 7 = 0 THEN 'authn_login_fail' WHEN n % 700 = 1 THEN 'authn_login_lock' WHEN n % 3 = 0 THEN 'authn_token_created'
            WHEN n % 5 = 0 THEN 'authn_token_revoked' ELSE 'authn_login_success' END,
       NOT (n % 7 = 0 OR n % 700 = 1),
       CASE WHEN n % 7 = 0 THEN 'wrong_password' END,
       ('00000000-0000-7000-8011-' || (100000000000 + (hashint8(n) & 16383)))::uuid,
       ('00000000-0000-7000-8013-' || (100000000000 + CASE WHEN n % 11 = 0 THEN n / 11 % 100 + 1 ELSE 0 END))::uuid,
       CASE WHEN n % 7 = 0 OR n % 700 = 1 THEN 'logs-' || (hashint8(n) & 16383) || '@example.com' END,
       'ingeocimyc', ('10.' || (hashint8(n) & 3) || '.' || (hashint8(n + 1) & 255) || '.' || (hashint8(n + 2) & 255))::inet, 'bench'
  FROM generate_series(1, (:rows * 1.1)::bigint) n;

VACUUM (ANALYZE);

DO $$ BEGIN WHILE portero.tally_logs() LOOP COMMIT; END LOOP; END $$;
VACUUM (ANALYZE) portero.log_days;
