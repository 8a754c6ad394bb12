-- What `run --lists` measures on: an organization of :people beside a hundred smaller ones, each person with a live session.
--
-- Takes :people (of the large one; the others share half as many beside) and :hash (the password of the first of them, its
-- Admin). Every second person is an employee, every fourth has never logged in; every third has had a session that ended.

\set large '\'00000000-0000-7000-8023-100000000000\''

\echo making organizations …
INSERT INTO portero.organizations (id, slug, name)
SELECT ('00000000-0000-7000-8023-' || 100000000000 + n)::uuid, 'lists-' || n, 'Escape Room ' || n
  FROM generate_series(0, 100) n;

\echo making people …
INSERT INTO portero.users (id, email, username, full_name, password_hash, last_login_at, created_at)
SELECT ('00000000-0000-7000-8021-' || 100000000000 + n)::uuid, 'lists-' || n || '@example.com',
       CASE WHEN n % 5 > 0 THEN 'persona.' || (n::bigint * 7919) % 1000003 END, 'Persona Número ' || n,
       CASE WHEN n = 0 THEN :'hash' END,
       CASE WHEN n % 4 > 0 THEN now() - make_interval(secs => (n::bigint * 104729) % 8640000) END,
       now() - make_interval(secs => (n::bigint * 15485863) % 86400000)
  FROM generate_series(0, :people * 3 / 2) n;

\echo making memberships …
INSERT INTO portero.memberships (organization_id, user_id, role_id, is_active)
SELECT o.id, ('00000000-0000-7000-8021-' || 100000000000 + n)::uuid, r.id, n % 10 > 0 OR n = 0
  FROM generate_series(0, :people * 3 / 2) n
  JOIN portero.organizations o ON o.slug = 'lists-' || CASE WHEN n < :people THEN 0 ELSE n % 100 + 1 END
  JOIN portero.roles r ON r.organization_id = o.id
   AND r.name = CASE WHEN n = 0 THEN 'Admin' WHEN n % 3 = 0 THEN 'Staff' ELSE 'Usuario' END;

\echo making employees …
INSERT INTO portero.employees (organization_id, user_id, first_names, last_names, dni)
SELECT :large, ('00000000-0000-7000-8021-' || 100000000000 + n)::uuid, 'José Ángel ' || n % 977, 'Muñoz 100%', n || '-X'
  FROM generate_series(0, :people - 1, 2) n;

\echo making sessions …
INSERT INTO portero.sessions (
    id, number, user_id, organization_id, surface, created_at, expires_at, ended_at, ended_reason, address, user_agent
)
SELECT gen_random_uuid(), (s * 2000000 + n)::bigint * 7919 + 1,
       ('00000000-0000-7000-8021-' || 100000000000 + n)::uuid, o.id, 'usuarios',
       now() - make_interval(secs => (n::bigint * 7907) % 86400), now() + make_interval(secs => (n::bigint * 6101) % 86400 + 86400),
       CASE WHEN s = 1 THEN now() END, CASE WHEN s = 1 THEN 'logout' END,
       ('10.' || (hashint8(n) & 3) || '.' || (hashint8(n + 1) & 255) || '.' || (hashint8(n + 2) & 255))::inet,
       'Navegador ' || n % 5
  FROM generate_series(0, :people * 3 / 2) n
  CROSS JOIN generate_series(0, CASE WHEN n % 3 = 0 THEN 1 ELSE 0 END) s
  JOIN portero.organizations o ON o.slug = 'lists-' || CASE WHEN n < :people THEN 0 ELSE n % 100 + 1 END;

VACUUM (ANALYZE);
