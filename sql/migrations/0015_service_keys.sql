-- 0015 service keys: how an organization's own programs speak to the server.
--
-- Why    A key is shown once and stored as SHA-256; what it may do is what its maker could grant. A deleted key is gone, and
--        with it all that it could do.
-- Locks  SHARE ROW EXCLUSIVE on sessions for a moment, for a foreign key; else new tables only.
-- Undo   Forward only.

CREATE TABLE portero.service_keys (
    id              uuid        PRIMARY KEY,
    organization_id uuid        NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    name            text        NOT NULL,
    -- Its first characters, by which people tell their keys apart.
    prefix          text        NOT NULL,
    digest          bytea       NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    last_used_at    timestamptz,

    CONSTRAINT service_keys_digest_key UNIQUE (digest),
    CONSTRAINT service_keys_digest_length CHECK (length(digest) = 32),
    CONSTRAINT service_keys_name_length CHECK (length(name) BETWEEN 1 AND 200),
    -- What composite foreign keys point at.
    CONSTRAINT service_keys_of_organization UNIQUE (organization_id, id)
) WITH (fillfactor = 80);

CREATE TABLE portero.service_key_permissions (
    organization_id uuid NOT NULL,
    service_key_id  uuid NOT NULL,
    permission_id   uuid NOT NULL REFERENCES portero.permissions (id) ON DELETE CASCADE,

    CONSTRAINT service_key_permissions_pkey PRIMARY KEY (service_key_id, permission_id),
    CONSTRAINT service_key_permissions_key_fkey FOREIGN KEY (organization_id, service_key_id)
        REFERENCES portero.service_keys (organization_id, id) ON DELETE CASCADE
);

ALTER TABLE portero.sessions
    ADD CONSTRAINT sessions_opened_by_key_fkey FOREIGN KEY (opened_in, opened_by_key)
        REFERENCES portero.service_keys (organization_id, id) ON DELETE SET NULL (opened_by_key);

CREATE INDEX service_key_permissions_by_permission ON portero.service_key_permissions (permission_id);

ALTER TABLE portero.service_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE portero.service_key_permissions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.service_keys TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner ON portero.service_key_permissions TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON portero.service_keys TO portero_app USING (organization_id = portero.current_organization());
CREATE POLICY tenant ON portero.service_key_permissions TO portero_app
    USING (organization_id = portero.current_organization());
GRANT SELECT (id, organization_id, name, prefix, created_at, expires_at, last_used_at) ON portero.service_keys
    TO portero_app;
GRANT SELECT ON portero.service_key_permissions TO portero_app;

-- A key holds what is built in, and what is its own organization's.
CREATE TRIGGER service_key_permissions_check BEFORE INSERT OR UPDATE ON portero.service_key_permissions
    FOR EACH ROW EXECUTE FUNCTION portero.check_held_permission();

-- Makes a key. `unknown` are the places of names that are no permission: then nothing is done.
CREATE FUNCTION portero.create_service_key(
    p_actor uuid, p_session uuid, p_organization uuid, p_key uuid, p_name text, p_prefix text, p_digest bytea,
    p_permissions text[], p_expires_at timestamptz, p_origin portero.origin,
    OUT unknown bigint[], OUT created_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
BEGIN
    -- The organization first, as everywhere: its keys are counted one after the other.
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR NO KEY UPDATE;
    v_rights := portero.require(p_actor, p_organization, 'manage_organization');
    unknown := portero.unknown_permissions(p_organization, p_permissions);
    IF cardinality(unknown) > 0 THEN
        RETURN;
    END IF;
    PERFORM portero.require_covering(v_rights, p_permissions);
    IF p_expires_at <= now() THEN
        PERFORM portero.refuse('expires_in_the_past');
    END IF;
    IF (
        SELECT count(*) FROM portero.service_keys k
         WHERE k.organization_id = p_organization AND (k.expires_at IS NULL OR k.expires_at > now())
    ) >= 100 THEN
        PERFORM portero.refuse('too_many_service_keys');
    END IF;
    INSERT INTO portero.service_keys AS k (id, organization_id, name, prefix, digest, expires_at)
    VALUES (p_key, p_organization, p_name, p_prefix, p_digest, p_expires_at)
    RETURNING k.created_at INTO create_service_key.created_at;
    INSERT INTO portero.service_key_permissions (organization_id, service_key_id, permission_id)
    SELECT p_organization, p_key, p.id FROM portero.permissions p
     WHERE p.name = ANY (p_permissions) AND (p.organization_id IS NULL OR p.organization_id = p_organization);
    PERFORM portero.log(
        p_origin, 'service_key_created', true, NULL, p_actor, p_session, p_organization, NULL, NULL,
        jsonb_build_object(
            'service_key', p_key, 'name', p_name, 'permissions', to_jsonb(p_permissions), 'expires_at', p_expires_at
        )
    );
END
$$;

CREATE FUNCTION portero.delete_service_key(
    p_actor uuid, p_session uuid, p_organization uuid, p_key uuid, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_facts jsonb;
BEGIN
    PERFORM portero.require(p_actor, p_organization, 'manage_organization');
    SELECT jsonb_build_object(
               'service_key', k.id, 'name', k.name,
               'permissions', ARRAY(
                   SELECT p.name FROM portero.service_key_permissions kp
                     JOIN portero.permissions p ON p.id = kp.permission_id
                    WHERE kp.service_key_id = k.id ORDER BY p.name
               )
           )
      INTO v_facts
      FROM portero.service_keys k WHERE k.organization_id = p_organization AND k.id = p_key FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('service_key_not_found');
    END IF;
    DELETE FROM portero.service_keys k WHERE k.id = p_key;
    PERFORM portero.log(
        p_origin, 'service_key_deleted', true, NULL, p_actor, p_session, p_organization, NULL, NULL, v_facts
    );
END
$$;

-- An organization's keys, newest first, with those that have expired.
CREATE FUNCTION portero.service_keys_of(p_organization uuid)
RETURNS TABLE (
    id uuid, name text, permissions text[], prefix text, created_at timestamptz, expires_at timestamptz,
    last_used_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT k.id, k.name,
           ARRAY(
               SELECT p.name FROM portero.service_key_permissions kp JOIN portero.permissions p ON p.id = kp.permission_id
                WHERE kp.service_key_id = k.id ORDER BY p.name
           ),
           k.prefix, k.created_at, k.expires_at, k.last_used_at
      FROM portero.service_keys k
     WHERE k.organization_id = p_organization
     ORDER BY k.created_at DESC, k.id DESC
     LIMIT 1000
$$;

-- Whom a key speaks for; no row for one that is unknown or has expired. `is_stale`: its use is to be noted.
CREATE FUNCTION portero.service_caller(p_digest bytea)
RETURNS TABLE (id uuid, organization_id uuid, permissions text[], is_stale boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
BEGIN
    RETURN QUERY
    SELECT k.id, k.organization_id,
           ARRAY(
               SELECT p.name FROM portero.service_key_permissions kp JOIN portero.permissions p ON p.id = kp.permission_id
                WHERE kp.service_key_id = k.id
           ),
           portero.is_stale(k.last_used_at, now())
      FROM portero.service_keys k
     WHERE k.digest = p_digest AND (k.expires_at IS NULL OR k.expires_at > now());
END
$$;

-- What a key may do in its organization now; null for one that is gone or has expired.
CREATE FUNCTION portero.service_key_rights(p_key uuid, p_organization uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT ARRAY(
                   SELECT p.name FROM portero.service_key_permissions kp JOIN portero.permissions p ON p.id = kp.permission_id
                    WHERE kp.service_key_id = k.id
               )
          FROM portero.service_keys k
         WHERE k.id = p_key AND k.organization_id = p_organization
           AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
    );
END
$$;

-- Whether a member or a key may open sessions in an organization for somebody who may do this much there: as it is now.
CREATE FUNCTION portero.covers_opening(p_member uuid, p_key uuid, p_organization uuid, p_rights text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_held text[] := CASE
        WHEN p_member IS NOT NULL THEN portero.rights(p_member, p_organization)
        ELSE portero.service_key_rights(p_key, p_organization)
    END;
BEGIN
    RETURN coalesce('manage_sessions' = ANY (v_held) AND p_rights <@ v_held, false);
END
$$;

-- Whether a session that somebody else opened counts now: its person is still where it was opened, and who opened it could do
-- so again. Asked at each check of such a session, so rights are as they are then.
CREATE FUNCTION portero.opening_stands(p_session portero.sessions) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN p_session.organization_id IS NOT NULL AND portero.covers_opening(
        p_session.opened_by, p_session.opened_by_key, p_session.opened_in,
        portero.rights(p_session.user_id, p_session.opened_in)
    );
END
$$;

-- Notes that a key was used, at most once a minute however many say so; nobody waits for another to.
CREATE FUNCTION portero.note_service_key(p_key uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    UPDATE portero.service_keys k SET last_used_at = now()
     WHERE k.id IN (
           SELECT s.id FROM portero.service_keys s
            WHERE s.id = p_key AND portero.is_stale(s.last_used_at, now())
              FOR NO KEY UPDATE SKIP LOCKED
     )
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.create_service_key(
        uuid, uuid, uuid, uuid, text, text, bytea, text[], timestamptz, portero.origin
    ),
    portero.delete_service_key(uuid, uuid, uuid, uuid, portero.origin),
    portero.service_keys_of(uuid),
    portero.service_caller(bytea),
    portero.note_service_key(uuid)
TO portero_app;
