-- 0012 role gates: an organization's roles and its own permissions.
--
-- Why    Who changes a role holds all that it allows, before and after: nobody grants what they lack, nor takes from those
--        who may do more than they. Permissions themselves belong to whoever manages roles.
-- Locks  None.
-- Undo   Forward only.

CREATE TYPE portero.role AS (
    id uuid, name text, description text, built_in boolean, permissions text[], members bigint, created_at timestamptz
);

-- What became of a role that was asked for: names that stand for no permission, by their places, or the role.
CREATE TYPE portero.written_role AS (unknown bigint[], role portero.role);

-- An organization's roles, or one of them; runs with the rights of whoever asks.
CREATE FUNCTION portero.roles_of(p_organization uuid, p_role uuid) RETURNS SETOF portero.role
LANGUAGE sql STABLE SET search_path = portero, pg_temp
AS $$
    SELECT r.id, r.name, r.description, r.built_in, portero.role_rights(r.id),
           (SELECT count(*) FROM portero.memberships m WHERE m.role_id = r.id AND m.organization_id = p_organization),
           r.created_at
      FROM portero.roles r
     WHERE r.organization_id = p_organization AND (p_role IS NULL OR r.id = p_role)
     ORDER BY NOT r.built_in, lower(r.name), r.id
$$;

-- The places, from 0, of names that are no permission of an organization.
CREATE FUNCTION portero.unknown_permissions(p_organization uuid, p_names text[]) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = portero, pg_temp
AS $$
    SELECT ARRAY(
        SELECT given.place - 1 FROM unnest(p_names) WITH ORDINALITY AS given (name, place)
         WHERE NOT EXISTS (
               SELECT FROM portero.permissions p
                WHERE p.name = given.name AND (p.organization_id = p_organization OR p.organization_id IS NULL)
         )
         ORDER BY given.place
    )
$$;

-- Has a role allow exactly what is named.
CREATE FUNCTION portero.set_role_permissions(p_organization uuid, p_role uuid, p_names text[]) RETURNS void
LANGUAGE sql SET search_path = portero, pg_temp
AS $$
    DELETE FROM portero.role_permissions rp
     USING portero.permissions p
     WHERE rp.role_id = p_role AND p.id = rp.permission_id AND NOT p.name = ANY (p_names);
    INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
    SELECT p_organization, p_role, p.id FROM portero.permissions p
     WHERE p.name = ANY (p_names) AND (p.organization_id = p_organization OR p.organization_id IS NULL)
    ON CONFLICT ON CONSTRAINT role_permissions_pkey DO NOTHING;
$$;

CREATE FUNCTION portero.create_role(
    p_actor uuid, p_session uuid, p_organization uuid, p_role uuid, p_name text, p_description text,
    p_permissions text[], p_origin portero.origin
) RETURNS portero.written_role
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_written portero.written_role;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_roles');
    v_written.unknown := portero.unknown_permissions(p_organization, p_permissions);
    IF v_written.unknown <> '{}' THEN
        RETURN v_written;
    END IF;
    PERFORM portero.require_covering(v_rights, p_permissions);
    IF (SELECT count(*) FROM portero.roles r WHERE r.organization_id = p_organization) >= 200 THEN
        PERFORM portero.refuse('too_many_roles');
    END IF;
    INSERT INTO portero.roles (id, organization_id, name, description)
    VALUES (p_role, p_organization, p_name, p_description);
    PERFORM portero.set_role_permissions(p_organization, p_role, p_permissions);
    PERFORM portero.log(
        p_origin, 'role_created', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        jsonb_build_object('role_id', p_role, 'role', p_name, 'permissions', portero.role_rights(p_role))
    );
    v_written.role := portero.roles_of(p_organization, p_role);
    RETURN v_written;
END
$$;

-- Takes a role that may be changed: not one that is built in, and not one that allows more than `p_rights`.
CREATE FUNCTION portero.take_role(p_organization uuid, p_role uuid, p_rights text[]) RETURNS portero.roles
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_role portero.roles;
BEGIN
    SELECT * INTO v_role FROM portero.roles r WHERE r.organization_id = p_organization AND r.id = p_role FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('role_not_found');
    END IF;
    IF v_role.built_in THEN
        PERFORM portero.refuse('role_built_in');
    END IF;
    PERFORM portero.require_covering(p_rights, portero.role_rights(p_role));
    RETURN v_role;
END
$$;

-- Changes what is not null of a role.
CREATE FUNCTION portero.update_role(
    p_actor uuid, p_session uuid, p_organization uuid, p_role uuid, p_name text, p_description text,
    p_permissions text[], p_origin portero.origin
) RETURNS portero.written_role
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_before portero.roles;
    v_allowed text[];
    v_written portero.written_role;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_roles');
    v_before := portero.take_role(p_organization, p_role, v_rights);
    v_allowed := portero.role_rights(p_role);
    v_written.unknown := portero.unknown_permissions(p_organization, p_permissions);
    IF v_written.unknown <> '{}' THEN
        RETURN v_written;
    END IF;
    IF p_permissions IS NOT NULL THEN
        PERFORM portero.require_covering(v_rights, p_permissions);
        PERFORM portero.set_role_permissions(p_organization, p_role, p_permissions);
        PERFORM portero.check_admins();
    END IF;
    UPDATE portero.roles r SET name = coalesce(p_name, r.name), description = coalesce(p_description, r.description)
     WHERE r.id = p_role AND (p_name <> r.name OR p_description <> r.description);
    IF FOUND THEN
        PERFORM portero.log(
            p_origin, 'role_updated', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
            jsonb_build_object(
                'role_id', p_role,
                'before', jsonb_build_object('role', v_before.name, 'description', v_before.description),
                'after', jsonb_build_object(
                    'role', coalesce(p_name, v_before.name), 'description', coalesce(p_description, v_before.description)
                )
            )
        );
    END IF;
    v_written.role := portero.roles_of(p_organization, p_role);
    IF (v_written.role).permissions <> v_allowed THEN
        PERFORM portero.log(
            p_origin, 'privilege_permissions_changed', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
            jsonb_build_object(
                'role_id', p_role, 'role', (v_written.role).name,
                'before', jsonb_build_object('permissions', v_allowed),
                'after', jsonb_build_object('permissions', (v_written.role).permissions)
            )
        );
    END IF;
    RETURN v_written;
END
$$;

-- Whoever holds the role keeps it from being deleted, by a foreign key.
CREATE FUNCTION portero.delete_role(
    p_actor uuid, p_session uuid, p_organization uuid, p_role uuid, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_role portero.roles;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_roles');
    v_role := portero.take_role(p_organization, p_role, v_rights);
    PERFORM portero.log(
        p_origin, 'role_deleted', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        jsonb_build_object(
            'role_id', p_role,
            'before', jsonb_build_object(
                'role', v_role.name, 'description', v_role.description, 'permissions', portero.role_rights(p_role)
            )
        )
    );
    DELETE FROM portero.roles r WHERE r.id = p_role;
END
$$;

-- What is built in, and what is an organization's own.
CREATE FUNCTION portero.permission_catalogue(p_organization uuid)
RETURNS TABLE (name text, description text, built_in boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT p.name, p.description, p.organization_id IS NULL FROM portero.permissions p
     WHERE p.organization_id IS NULL OR p.organization_id = p_organization
     ORDER BY p.organization_id IS NOT NULL, p.name
$$;

-- A trigger gives it to Admin at once.
CREATE FUNCTION portero.create_permission(
    p_actor uuid, p_session uuid, p_organization uuid, p_name text, p_description text, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.hold(p_organization);
    PERFORM portero.require(p_actor, p_organization, 'manage_roles');
    IF (SELECT count(*) FROM portero.permissions p WHERE p.organization_id = p_organization) >= 200 THEN
        PERFORM portero.refuse('too_many_permissions');
    END IF;
    INSERT INTO portero.permissions (organization_id, name, description)
    VALUES (p_organization, p_name, p_description);
    PERFORM portero.log(
        p_origin, 'permission_created', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        jsonb_build_object('permission', p_name, 'description', p_description, 'roles', jsonb_build_array('Admin'))
    );
END
$$;

-- Deletes an organization's own permission, from its roles too.
CREATE FUNCTION portero.delete_permission(
    p_actor uuid, p_session uuid, p_organization uuid, p_name text, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_permission portero.permissions;
BEGIN
    PERFORM portero.hold(p_organization);
    PERFORM portero.require(p_actor, p_organization, 'manage_roles');
    SELECT * INTO v_permission FROM portero.permissions p
     WHERE p.name = p_name AND (p.organization_id = p_organization OR p.organization_id IS NULL) FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('permission_not_found');
    END IF;
    IF v_permission.organization_id IS NULL THEN
        PERFORM portero.refuse('permission_built_in');
    END IF;
    PERFORM portero.log(
        p_origin, 'permission_deleted', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        jsonb_build_object(
            'permission', p_name, 'description', v_permission.description,
            'roles', ARRAY(
                SELECT r.name FROM portero.role_permissions rp JOIN portero.roles r ON r.id = rp.role_id
                 WHERE rp.permission_id = v_permission.id ORDER BY r.name
            )
        )
    );
    DELETE FROM portero.permissions p WHERE p.id = v_permission.id;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.roles_of(uuid, uuid),
    portero.role_rights(uuid),
    portero.create_role(uuid, uuid, uuid, uuid, text, text, text[], portero.origin),
    portero.update_role(uuid, uuid, uuid, uuid, text, text, text[], portero.origin),
    portero.delete_role(uuid, uuid, uuid, uuid, portero.origin),
    portero.permission_catalogue(uuid),
    portero.create_permission(uuid, uuid, uuid, text, text, portero.origin),
    portero.delete_permission(uuid, uuid, uuid, text, portero.origin)
TO portero_app;
