-- The demo of `make run`: three escape rooms with staff, roles and bookings, and a person who only books.
--
-- Everybody's password is Cripta-Sombra-42. Run as the database's owner. Harmless the second time: what is there stays as it
-- is.

INSERT INTO portero.organizations (id, slug, name) VALUES
    ('01930000-0000-7000-8000-000000000001', 'la-cripta', 'La Cripta Escape Room'),
    ('01930000-0000-7000-8000-000000000002', 'el-faro', 'El Faro Encantado'),
    ('01930000-0000-7000-8000-000000000003', 'la-logia', 'La Logia del Reloj')
ON CONFLICT DO NOTHING;

INSERT INTO portero.users (id, email, username, full_name, password_hash, email_verified_at)
SELECT id::uuid, email, username, full_name, '$2b$11$GZekRav.HI/gPvZRWUsEdOi5npemj2UkefVYTtrVw2jg3H8L//gGS', now()
  FROM (VALUES
      ('01930000-0000-7000-8000-000000000101', 'ana@la-cripta.example', 'ana', 'Ana Cripta'),
      ('01930000-0000-7000-8000-000000000102', 'bruno@la-cripta.example', 'bruno', 'Bruno Llaves'),
      ('01930000-0000-7000-8000-000000000103', 'clara@correo.example', 'clara', 'Clara Visitante'),
      ('01930000-0000-7000-8000-000000000104', 'diego@el-faro.example', 'diego', 'Diego Farero'),
      ('01930000-0000-7000-8000-000000000105', 'elena@el-faro.example', 'elena', 'Elena Marea'),
      ('01930000-0000-7000-8000-000000000106', 'fermin@la-logia.example', 'fermin', 'Fermín Péndulo'),
      ('01930000-0000-7000-8000-000000000107', 'gala@la-logia.example', 'gala', 'Gala Engranaje')
  ) AS people (id, email, username, full_name)
ON CONFLICT DO NOTHING;

-- Beside the three roles that every organization has: one that runs bookings and nothing else.
INSERT INTO portero.roles (id, organization_id, name, description)
SELECT '01930000-0000-7000-8000-000000000301', o.id, 'Recepción', 'Atiende las reservas'
  FROM portero.organizations o WHERE o.slug = 'la-logia'
ON CONFLICT DO NOTHING;
INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
SELECT r.organization_id, r.id, p.id
  FROM portero.roles r
  JOIN portero.permissions p ON p.organization_id IS NULL AND p.name = 'manage_bookings'
 WHERE r.id = '01930000-0000-7000-8000-000000000301'
ON CONFLICT DO NOTHING;

-- Elena works in two places.
INSERT INTO portero.memberships (organization_id, user_id, role_id)
SELECT o.id, u.id, r.id
  FROM (VALUES
      ('la-cripta', 'ana@la-cripta.example', 'Admin'),
      ('la-cripta', 'bruno@la-cripta.example', 'Staff'),
      ('el-faro', 'diego@el-faro.example', 'Admin'),
      ('el-faro', 'elena@el-faro.example', 'Staff'),
      ('la-logia', 'elena@el-faro.example', 'Usuario'),
      ('la-logia', 'fermin@la-logia.example', 'Admin'),
      ('la-logia', 'gala@la-logia.example', 'Recepción')
  ) AS staff (slug, email, role)
  JOIN portero.organizations o ON o.slug = staff.slug
  JOIN portero.users u ON u.email_normalized = staff.email
  JOIN portero.roles r ON r.organization_id = o.id AND r.name = staff.role
ON CONFLICT DO NOTHING;

-- A table of the booking application, as docs/booking-integration.md explains it.
CREATE TABLE IF NOT EXISTS public.bookings (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid        NOT NULL DEFAULT authz.organization_id(),
    room            text        NOT NULL,
    starts_at       timestamptz NOT NULL,
    guests          smallint    NOT NULL CHECK (guests BETWEEN 1 AND 12),
    booked_by       text        NOT NULL,

    CONSTRAINT bookings_room_once UNIQUE (organization_id, room, starts_at)
);

-- Row-level security is forced on the owner too, so it rests while the owner fills the table.
ALTER TABLE public.bookings NO FORCE ROW LEVEL SECURITY;
INSERT INTO public.bookings (organization_id, room, starts_at, guests, booked_by)
SELECT o.id, b.room, timestamptz '2026-12-04 18:00+01' + b.hours * interval '1 hour', b.guests, b.booked_by
  FROM (VALUES
      ('la-cripta', 'El sarcófago', 0, 4, 'Clara Visitante'), ('la-cripta', 'El sarcófago', 2, 2, 'Hugo Ortega'),
      ('la-cripta', 'La capilla', 24, 6, 'Inés Duarte'), ('el-faro', 'La linterna', 1, 5, 'Clara Visitante'),
      ('el-faro', 'La tormenta', 3, 3, 'Julia Soto'), ('la-logia', 'El reloj parado', 0, 8, 'Kiko Ramos'),
      ('la-logia', 'El reloj parado', 48, 4, 'Lara Gil'), ('la-logia', 'La sala oculta', 26, 2, 'Mateo Vidal')
  ) AS b (slug, room, hours, guests, booked_by)
  JOIN portero.organizations o ON o.slug = b.slug
ON CONFLICT DO NOTHING;

SELECT authz.protect('public.bookings', 'organization_id', 'manage_bookings');
