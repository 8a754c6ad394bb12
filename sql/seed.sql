-- The demo of `make run`: one escape room with staff, roles and a person who only books.
--
-- Everybody's password is Cripta-Sombra-42. Harmless the second time: what is there stays as it is.

INSERT INTO portero.organizations (id, slug, name) VALUES
    ('01930000-0000-7000-8000-000000000001', 'la-cripta', 'La Cripta Escape Room')
ON CONFLICT DO NOTHING;

INSERT INTO portero.users (id, email, username, full_name, password_hash, email_verified_at)
SELECT id::uuid, email, username, full_name, '$2b$11$GZekRav.HI/gPvZRWUsEdOi5npemj2UkefVYTtrVw2jg3H8L//gGS', now()
  FROM (VALUES
      ('01930000-0000-7000-8000-000000000101', 'ana@la-cripta.example', 'ana', 'Ana Cripta'),
      ('01930000-0000-7000-8000-000000000102', 'bruno@la-cripta.example', 'bruno', 'Bruno Llaves'),
      ('01930000-0000-7000-8000-000000000103', 'clara@correo.example', 'clara', 'Clara Visitante')
  ) AS people (id, email, username, full_name)
ON CONFLICT DO NOTHING;

INSERT INTO portero.memberships (organization_id, user_id, role_id)
SELECT o.id, u.id, r.id
  FROM (VALUES
      ('la-cripta', 'ana@la-cripta.example', 'Admin'),
      ('la-cripta', 'bruno@la-cripta.example', 'Staff')
  ) AS staff (slug, email, role)
  JOIN portero.organizations o ON o.slug = staff.slug
  JOIN portero.users u ON u.email_normalized = staff.email
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = staff.role
ON CONFLICT DO NOTHING;
