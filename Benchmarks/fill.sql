-- What the bench runs on: people in organizations, each with roles and a session; some of them together in a large one.
--
-- Takes :users, :organizations, :members (of the large organization), :admin (the number of its Admin, and of the last of
-- its members) and :hash (everybody's password). Identifiers are made of numbers, so that load generators can name them
-- without asking: user n is 00000000-0000-7000-8001-(10^11+n), their session the same with 8002, organization n with 8003;
-- number 0 is the large one. For a superuser: what is right by construction is not checked row by row, and what is no
-- constraint is indexed afterwards.

-- Memberships repeat what members are searched and sorted by: what their trigger would write, were it not left out too.
-- The directory of the usuarios surface stays empty: nothing here asks it.
\set repetition '\'persona numero \' || n, concat(\'persona numero \', n, chr(10), \'bench-\', n, \'@example.com\')'

BEGIN;
SET LOCAL synchronous_commit = off;
SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL session_replication_role = replica;
-- But what makes the first roles of an organization.
ALTER TABLE portero.organizations ENABLE ALWAYS TRIGGER organizations_built_in_roles;

\echo making :organizations organizations …
INSERT INTO portero.organizations (id, slug, name)
SELECT ('00000000-0000-7000-8003-' || 100000000000 + n)::uuid, 'bench-' || n, 'Escape Room ' || n
  FROM generate_series(CASE WHEN :members > 0 THEN 0 ELSE 1 END, :organizations) n;

INSERT INTO portero.roles (id, organization_id, name)
SELECT gen_random_uuid(), id, 'Encargado' FROM portero.organizations WHERE slug LIKE 'bench-%';

INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
SELECT r.organization_id, r.id, p.id
  FROM portero.roles r
  JOIN portero.permissions p ON p.organization_id IS NULL
   AND p.name IN ('manage_users', 'manage_rooms', 'manage_bookings', 'view_audit_log')
 WHERE r.name = 'Encargado';
ANALYZE portero.organizations, portero.roles;

CREATE TEMP TABLE later ON COMMIT DROP AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i
 WHERE i.indrelid IN ('portero.users'::regclass, 'portero.memberships'::regclass, 'portero.sessions'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
SELECT 'DROP INDEX ' || name FROM later \gexec

\echo making :users users …
INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
SELECT ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid, 'bench-' || n || '@example.com', 'Persona Número ' || n,
       :'hash', now()
  FROM generate_series(1, :users) n;

\echo making their memberships …
-- The first of each organization is its Admin; every tenth person works in a second one.
INSERT INTO portero.memberships (organization_id, user_id, role_id, sort_name, search_text)
SELECT o.id, ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid, r.id, :repetition
  FROM generate_series(1, :users) n
  CROSS JOIN LATERAL (
      SELECT n % :organizations + 1 AS place, CASE WHEN n <= :organizations THEN 'Admin' ELSE 'Encargado' END AS role
      UNION ALL
      SELECT (n + 1) % :organizations + 1, 'Staff' WHERE n % 10 = 0
  ) work
  JOIN portero.organizations o ON o.slug = 'bench-' || work.place
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = work.role;

INSERT INTO portero.memberships (organization_id, user_id, role_id, sort_name, search_text)
SELECT o.id, ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid, r.id, :repetition
  FROM generate_series(:admin - :members + 1, :admin) n
  JOIN portero.organizations o ON o.slug = 'bench-0'
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = CASE WHEN n = :admin THEN 'Admin' ELSE 'Staff' END;

\echo making their sessions …
INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at, address, user_agent)
SELECT ('00000000-0000-7000-8002-' || 100000000000 + n)::uuid, n, ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid,
       ('00000000-0000-7000-8003-' || 100000000000 + n % :organizations + 1)::uuid, 'escape-room', now() + interval '30 days',
       '127.0.0.1', 'bench'
  FROM generate_series(1, :users) n;

\echo making their indexes …
SELECT definition FROM later \gexec
ALTER TABLE portero.organizations ENABLE TRIGGER organizations_built_in_roles;
COMMIT;
VACUUM (ANALYZE);
