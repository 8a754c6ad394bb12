-- What the bench runs on: 100,000 people in 1,000 organizations, each with roles, a session and a refresh token.
--
-- Takes :users, :organizations and :hash (everybody's password). Identifiers are made of numbers, so that load generators
-- can name them without asking: user n is 00000000-0000-7000-8001-(10^11+n), their session the same with 8002,
-- organization n with 8003.

BEGIN;
SET LOCAL synchronous_commit = off;

INSERT INTO portero.organizations (id, slug, name)
SELECT ('00000000-0000-7000-8003-' || 100000000000 + n)::uuid, 'bench-' || n, 'Escape Room ' || n
  FROM generate_series(1, :organizations) n;

INSERT INTO portero.roles (id, organization_id, name)
SELECT gen_random_uuid(), id, 'Encargado' FROM portero.organizations WHERE slug LIKE 'bench-%';

INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
SELECT r.organization_id, r.id, p.id
  FROM portero.roles r
  JOIN portero.permissions p ON p.organization_id IS NULL
   AND p.name IN ('manage_users', 'manage_rooms', 'manage_bookings', 'view_audit_log')
 WHERE r.name = 'Encargado';

INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
SELECT ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid, 'bench-' || n || '@example.com', 'Persona Número ' || n,
       :'hash', now()
  FROM generate_series(1, :users) n;

-- The first of each organization is its Admin; every tenth person works in a second one.
INSERT INTO portero.memberships (organization_id, user_id, role_id)
SELECT o.id, ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid, r.id
  FROM generate_series(1, :users) n
  CROSS JOIN LATERAL (
      SELECT n % :organizations + 1 AS place, CASE WHEN n <= :organizations THEN 'Admin' ELSE 'Encargado' END AS role
      UNION ALL
      SELECT (n + 1) % :organizations + 1, 'Staff' WHERE n % 10 = 0
  ) work
  JOIN portero.organizations o ON o.slug = 'bench-' || work.place
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = work.role;

INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at, address, user_agent)
SELECT ('00000000-0000-7000-8002-' || 100000000000 + n)::uuid, n, ('00000000-0000-7000-8001-' || 100000000000 + n)::uuid,
       ('00000000-0000-7000-8003-' || 100000000000 + n % :organizations + 1)::uuid, 'escape-room', now() + interval '30 days',
       '127.0.0.1', 'bench'
  FROM generate_series(1, :users) n;

COMMIT;
VACUUM (ANALYZE);
