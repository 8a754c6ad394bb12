-- 0003 organizations: tenants, their roles and permissions, and who is a member of which.
--
-- Why    Every table here is limited to the tenant of the transaction by row-level security, forced on the owner too, who
--        gets a policy of its own: migrations and the functions of 0006 must see what they work on.
-- Locks  New tables only.
-- Undo   Forward only.

CREATE TABLE portero.organizations (
    id         uuid        PRIMARY KEY,
    slug       text        NOT NULL,
    name       text        NOT NULL,
    settings   jsonb       NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT organizations_slug_key UNIQUE (slug),
    CONSTRAINT organizations_slug_shape CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    CONSTRAINT organizations_name_length CHECK (length(name) BETWEEN 1 AND 200)
);

ALTER TABLE portero.users
    ADD CONSTRAINT users_last_organization_fkey FOREIGN KEY (last_organization_id)
        REFERENCES portero.organizations (id) ON DELETE SET NULL;
CREATE INDEX users_by_last_organization ON portero.users (last_organization_id);

CREATE TABLE portero.roles (
    id              uuid        PRIMARY KEY,
    number          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    organization_id uuid        NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    name            text        NOT NULL,
    description     text        NOT NULL DEFAULT '',
    built_in        boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT roles_number_key UNIQUE (number),
    CONSTRAINT roles_name_length CHECK (length(name) BETWEEN 1 AND 200),
    -- What composite foreign keys point at, so that a role is given in its own organization only.
    CONSTRAINT roles_of_organization UNIQUE (organization_id, id)
);

CREATE UNIQUE INDEX roles_name_key ON portero.roles (organization_id, lower(name));

-- Built-in permissions belong to no organization; the others are an organization's own.
CREATE TABLE portero.permissions (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id uuid REFERENCES portero.organizations (id) ON DELETE CASCADE,
    name            text NOT NULL,
    description     text NOT NULL DEFAULT '',

    CONSTRAINT permissions_name_key UNIQUE NULLS NOT DISTINCT (organization_id, name),
    CONSTRAINT permissions_name_shape CHECK (name ~ '^[a-z][a-z0-9_]{1,62}$')
);

CREATE TABLE portero.role_permissions (
    organization_id uuid NOT NULL,
    role_id         uuid NOT NULL,
    permission_id   uuid NOT NULL REFERENCES portero.permissions (id) ON DELETE CASCADE,

    CONSTRAINT role_permissions_pkey PRIMARY KEY (role_id, permission_id),
    CONSTRAINT role_permissions_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES portero.roles (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX role_permissions_by_permission ON portero.role_permissions (permission_id);

CREATE TABLE portero.memberships (
    organization_id uuid        NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    user_id         uuid        NOT NULL REFERENCES portero.users (id) ON DELETE CASCADE,
    role_id         uuid        NOT NULL,
    is_active       boolean     NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT memberships_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT memberships_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES portero.roles (organization_id, id)
);

CREATE INDEX memberships_by_user ON portero.memberships (user_id);
CREATE INDEX memberships_by_role ON portero.memberships (role_id);

-- One policy for the tenant, one for the owner, on each table.
DO $$
DECLARE
    v_table text;
    v_tenant text;
BEGIN
    FOR v_table, v_tenant IN VALUES
        ('organizations', 'id'), ('roles', 'organization_id'), ('permissions', 'organization_id'),
        ('role_permissions', 'organization_id'), ('memberships', 'organization_id')
    LOOP
        EXECUTE format('ALTER TABLE portero.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY owner ON portero.%I TO CURRENT_USER USING (true) WITH CHECK (true)', v_table);
        EXECUTE format(
            'CREATE POLICY tenant ON portero.%I TO portero_app USING (%I = portero.current_organization())',
            v_table, v_tenant
        );
        EXECUTE format('GRANT SELECT ON portero.%I TO portero_app', v_table);
    END LOOP;
END
$$;

-- The names that Domain/Permission.swift knows; a test compares the two.
INSERT INTO portero.permissions (name, description) VALUES
    ('manage_organization', 'Change or delete the organization and its service keys'),
    ('manage_users', 'See, invite, change and remove members'),
    ('manage_roles', 'Make, change and delete roles and permissions'),
    ('manage_rooms', 'Make, change and delete rooms'),
    ('manage_bookings', 'Make, change and delete bookings'),
    ('manage_sessions', 'See and end the sessions of members'),
    ('view_audit_log', 'Read the audit log of the organization');

-- The roles that every organization has from its first moment on.
CREATE FUNCTION portero.make_built_in_roles() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.roles (id, organization_id, name, description, built_in) VALUES
        (gen_random_uuid(), NEW.id, 'Admin', 'May do everything', true),
        (gen_random_uuid(), NEW.id, 'Staff', 'Runs rooms and bookings', true),
        (gen_random_uuid(), NEW.id, 'Usuario', 'May use what is their own', true);
    INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
    SELECT NEW.id, r.id, p.id
      FROM portero.roles r
      JOIN portero.permissions p
        ON p.organization_id IS NULL
       AND (r.name = 'Admin' OR (r.name = 'Staff' AND p.name IN ('manage_rooms', 'manage_bookings')))
     WHERE r.organization_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER organizations_built_in_roles AFTER INSERT ON portero.organizations
    FOR EACH ROW EXECUTE FUNCTION portero.make_built_in_roles();

-- What the surfaces that know no organization fall back to.
INSERT INTO portero.organizations (id, slug, name) VALUES (gen_random_uuid(), 'default', 'Default');

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
