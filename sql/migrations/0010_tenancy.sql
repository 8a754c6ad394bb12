-- 0010 tenancy: what must hold in every organization, held by the tables themselves.
--
-- Why    No path may break it, plain SQL by the owner neither: an organization that has had somebody to manage it keeps
--        somebody, built-in roles and permissions stay as they are, a role allows what is built in or its own
--        organization's. Lists of members are searched and sorted by what stands in memberships, so that a page of a large
--        organization costs the same whoever else is in the database.
-- Locks  ACCESS EXCLUSIVE on organizations, memberships, roles, permissions and role_permissions, for a moment.
-- Undo   Forward only.

-- For comparing as people do: without case and accents.
CREATE FUNCTION portero.fold(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN normalize(
    translate(lower(regexp_replace(normalize(p_text, NFD), '[\u0300-\u036f]', '', 'g')), 'øłđħı', 'oldhi'), NFC
);

-- What a search looks for in folded texts. Nothing but accents would fold to nothing, which is found everywhere: as it is, it
-- is found nowhere.
CREATE FUNCTION portero.fold_search(p_search text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN coalesce(nullif(portero.fold(p_search), ''), p_search);

CREATE TABLE portero.organization_domains (
    domain          text NOT NULL,
    organization_id uuid NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,

    CONSTRAINT organization_domains_pkey PRIMARY KEY (domain),
    CONSTRAINT organization_domains_shape CHECK (
        length(domain) <= 253
        AND domain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'
    )
);

CREATE INDEX organization_domains_by_organization ON portero.organization_domains (organization_id);

ALTER TABLE portero.organization_domains ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.organization_domains TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON portero.organization_domains TO portero_app
    USING (organization_id = portero.current_organization());
GRANT SELECT ON portero.organization_domains TO portero_app;

ALTER TABLE portero.organizations
    -- Whether there ever was somebody who could manage it: from then on there always is.
    ADD COLUMN administered boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT organizations_settings_shape CHECK (
        jsonb_typeof(settings) = 'object' AND octet_length(settings::text) <= 262144
    );

-- Who works in an organization sees what is built in beside its own permissions.
CREATE POLICY built_in ON portero.permissions FOR SELECT TO portero_app
    USING (organization_id IS NULL AND portero.current_organization() IS NOT NULL);

-- Whether anybody can manage an organization: an active member whose role allows it and whose account is open.
CREATE FUNCTION portero.has_admin(p_organization uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    -- The roles first: they are few, and one member is enough.
    WITH allowing AS MATERIALIZED (
        SELECT r.id FROM portero.roles r
          JOIN portero.role_permissions rp ON rp.role_id = r.id
          JOIN portero.permissions p ON p.id = rp.permission_id
         WHERE r.organization_id = p_organization
           AND p.organization_id IS NULL AND p.name = 'manage_organization'
    )
    SELECT EXISTS (
        SELECT FROM allowing a
          JOIN portero.memberships m ON m.role_id = a.id
          JOIN portero.users u ON u.id = m.user_id
         WHERE m.organization_id = p_organization AND m.is_active AND u.is_active
    )
$$;

CREATE FUNCTION portero.note_admin(p_organization uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    UPDATE portero.organizations o SET administered = true
     WHERE o.id = p_organization AND NOT o.administered AND portero.has_admin(o.id)
$$;

-- Refuses what leaves an organization to nobody. Deleting it whole is no such thing.
CREATE FUNCTION portero.require_admin(p_organization uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    -- Written, not only locked: of two who leave at once, the second sees that the first has gone, or under a stricter
    -- isolation fails as it should.
    UPDATE portero.organizations o SET administered = true WHERE o.id = p_organization AND o.administered;
    IF FOUND AND NOT portero.has_admin(p_organization) THEN
        PERFORM portero.refuse('last_admin');
    END IF;
END
$$;

CREATE FUNCTION portero.memberships_note_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    -- Asked first, since many rows may come at once: does this role manage at all, and is it news?
    IF EXISTS (
        SELECT FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
         WHERE rp.role_id = NEW.role_id AND p.organization_id IS NULL AND p.name = 'manage_organization'
    ) AND EXISTS (
        SELECT FROM portero.organizations o WHERE o.id = NEW.organization_id AND NOT o.administered
    ) THEN
        PERFORM portero.note_admin(NEW.organization_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.memberships_keep_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.require_admin(OLD.organization_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.users_note_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.note_admin(m.organization_id) FROM portero.memberships m
      WHERE m.user_id = NEW.id AND m.is_active;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.users_keep_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid;
BEGIN
    -- In one order, so that two who are closed at once wait for each other and do not lock each other out.
    FOR v_organization IN
        SELECT m.organization_id FROM portero.memberships m
         WHERE m.user_id = NEW.id AND m.is_active ORDER BY m.organization_id
    LOOP
        PERFORM portero.require_admin(v_organization);
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER memberships_note_admin AFTER INSERT OR UPDATE OF organization_id, user_id, role_id, is_active
    ON portero.memberships FOR EACH ROW WHEN (NEW.is_active) EXECUTE FUNCTION portero.memberships_note_admin();
CREATE TRIGGER role_permissions_note_admin AFTER INSERT OR UPDATE ON portero.role_permissions
    FOR EACH ROW EXECUTE FUNCTION portero.memberships_note_admin();
CREATE TRIGGER users_note_admin AFTER UPDATE OF is_active ON portero.users
    FOR EACH ROW WHEN (NEW.is_active AND NOT OLD.is_active) EXECUTE FUNCTION portero.users_note_admin();

-- At the end of the transaction, so that one may hand over in any order.
CREATE CONSTRAINT TRIGGER memberships_changed_keep_admin AFTER UPDATE OF organization_id, user_id, role_id, is_active
    ON portero.memberships DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION portero.memberships_keep_admin();
CREATE CONSTRAINT TRIGGER memberships_deleted_keep_admin AFTER DELETE ON portero.memberships
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION portero.memberships_keep_admin();
CREATE CONSTRAINT TRIGGER role_permissions_keep_admin AFTER UPDATE OR DELETE ON portero.role_permissions
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION portero.memberships_keep_admin();
CREATE CONSTRAINT TRIGGER users_keep_admin AFTER UPDATE OF is_active ON portero.users
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION portero.users_keep_admin();

-- Has the deferred checks made now: a gate answers for what it did.
CREATE FUNCTION portero.check_admins() RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    SET CONSTRAINTS portero.memberships_changed_keep_admin, portero.memberships_deleted_keep_admin,
        portero.role_permissions_keep_admin, portero.users_keep_admin IMMEDIATE;
    SET CONSTRAINTS portero.memberships_changed_keep_admin, portero.memberships_deleted_keep_admin,
        portero.role_permissions_keep_admin, portero.users_keep_admin DEFERRED;
END
$$;

CREATE FUNCTION portero.keep_built_in_role() RETURNS trigger
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.refuse('role_built_in');
END
$$;

CREATE FUNCTION portero.keep_built_in_permission() RETURNS trigger
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.refuse('permission_built_in');
END
$$;

CREATE FUNCTION portero.keep_permissions_of_built_in_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM portero.roles r
         WHERE r.built_in
           AND r.id IN (
               CASE WHEN TG_OP <> 'DELETE' THEN NEW.role_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.role_id END
           )
    ) THEN
        PERFORM portero.refuse('role_built_in');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

-- Statements of other triggers pass: what makes an organization's first roles, what gives Admin its new permissions, and
-- what deletes all that is an organization's. A migration that changes what is built in sets portero.maintenance for itself.
DO $$
DECLARE
    v_free text := $w$pg_trigger_depth() = 0 AND current_setting('portero.maintenance', true) IS DISTINCT FROM 'on'$w$;
    v_table text;
    v_condition text;
    v_function text;
    v_event text;
BEGIN
    FOR v_table, v_function, v_event, v_condition IN VALUES
        ('roles', 'keep_built_in_role', 'INSERT', 'NEW.built_in'),
        ('roles', 'keep_built_in_role', 'UPDATE', 'OLD.built_in OR NEW.built_in'),
        ('roles', 'keep_built_in_role', 'DELETE', 'OLD.built_in'),
        ('permissions', 'keep_built_in_permission', 'INSERT', 'NEW.organization_id IS NULL'),
        ('permissions', 'keep_built_in_permission', 'UPDATE', 'OLD.organization_id IS NULL OR NEW.organization_id IS NULL'),
        ('permissions', 'keep_built_in_permission', 'DELETE', 'OLD.organization_id IS NULL'),
        ('role_permissions', 'keep_permissions_of_built_in_role', 'INSERT OR UPDATE OR DELETE', 'true')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I BEFORE %s ON portero.%I FOR EACH ROW WHEN ((%s) AND %s) EXECUTE FUNCTION portero.%I()',
            v_function || '_' || lower(split_part(v_event, ' ', 1)), v_event, v_table, v_condition, v_free, v_function
        );
    END LOOP;
END
$$;

-- An organization's own permission keeps its organization, and no name of a built-in one.
CREATE FUNCTION portero.check_permission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.organization_id IS DISTINCT FROM NEW.organization_id THEN
        PERFORM portero.refuse('permission_of_other_organization');
    END IF;
    IF NEW.organization_id IS NOT NULL AND EXISTS (
        SELECT FROM portero.permissions p WHERE p.organization_id IS NULL AND p.name = NEW.name
    ) THEN
        PERFORM portero.refuse('permissions_name_key');
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER permissions_check BEFORE INSERT OR UPDATE ON portero.permissions
    FOR EACH ROW EXECUTE FUNCTION portero.check_permission();

-- A role, or whatever else holds permissions, allows what is built in, and what is its own organization's.
CREATE FUNCTION portero.check_held_permission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM portero.permissions p
         WHERE p.id = NEW.permission_id AND p.organization_id <> NEW.organization_id
    ) THEN
        PERFORM portero.refuse('permission_of_other_organization');
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER role_permissions_check BEFORE INSERT OR UPDATE ON portero.role_permissions
    FOR EACH ROW EXECUTE FUNCTION portero.check_held_permission();

-- Admin may do all that an organization has a name for.
CREATE FUNCTION portero.give_to_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
    SELECT r.organization_id, r.id, NEW.id FROM portero.roles r
     WHERE r.organization_id = NEW.organization_id AND r.built_in AND r.name = 'Admin';
    RETURN NULL;
END
$$;

CREATE TRIGGER permissions_give_to_admin AFTER INSERT ON portero.permissions
    FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION portero.give_to_admin();

ALTER TABLE portero.memberships
    ADD COLUMN sort_name text COLLATE "C" NOT NULL DEFAULT '',
    -- Folded name, e-mail and username, a line each; its length keeps the row of an index small enough.
    ADD COLUMN search_text text COLLATE "C" NOT NULL DEFAULT '';

-- All that a page is found by, so that a search reads a few pages of this and not a page of the table for each member.
CREATE INDEX memberships_by_name ON portero.memberships (organization_id, sort_name, user_id)
    INCLUDE (search_text, role_id, created_at);

-- The server sees who is where, not what they are called.
REVOKE SELECT ON portero.memberships FROM portero_app;
GRANT SELECT (organization_id, user_id, role_id, is_active, created_at) ON portero.memberships TO portero_app;

CREATE FUNCTION portero.search_text(p_user portero.users) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN concat_ws(
    E'\n', left(portero.fold((p_user).full_name), 200), (p_user).email_normalized,
    lower((p_user).username COLLATE "C")
);

CREATE FUNCTION portero.memberships_copy_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user portero.users;
BEGIN
    -- Held, so that who is renamed at this moment is found by their new name.
    SELECT * INTO v_user FROM portero.users u WHERE u.id = NEW.user_id FOR SHARE;
    IF FOUND THEN
        NEW.sort_name := left(portero.fold(v_user.full_name), 64);
        NEW.search_text := portero.search_text(v_user);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER memberships_copy_person BEFORE INSERT OR UPDATE OF user_id ON portero.memberships
    FOR EACH ROW EXECUTE FUNCTION portero.memberships_copy_person();

CREATE FUNCTION portero.users_copy_to_memberships() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.memberships m
       SET sort_name = left(portero.fold(NEW.full_name), 64), search_text = portero.search_text(NEW)
     WHERE m.user_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_copy_to_memberships AFTER UPDATE OF full_name, email, username ON portero.users
    FOR EACH ROW EXECUTE FUNCTION portero.users_copy_to_memberships();

UPDATE portero.memberships m
   SET sort_name = left(portero.fold(u.full_name), 64), search_text = portero.search_text(u)
  FROM portero.users u WHERE u.id = m.user_id;
UPDATE portero.organizations o SET administered = true WHERE portero.has_admin(o.id);

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
