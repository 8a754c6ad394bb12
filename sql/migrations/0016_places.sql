-- 0016 places: where a session works, and what is to be known about somebody's rights there.
--
-- Why    Switching writes the session, the person and the audit trail in one transaction. What is asked by other programs is
--        answered from the membership and the role as they are now.
-- Locks  None.
-- Undo   Forward only.

-- Has a session work in another organization from now on, and the person's next one too. Answers the claim `ctx` of an access
-- token for there that ends at `p_token_expires`; null when the session has ended. One that somebody else opened stays where
-- it is, and leaves the next one alone.
--
-- The row says where to, not where from: whoever reads it in the one has no business with the other.
CREATE FUNCTION portero.switch_organization(
    p_user uuid, p_session uuid, p_organization uuid, p_token_expires bigint, p_origin portero.origin
) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_is_own boolean;
BEGIN
    PERFORM FROM portero.users u WHERE u.id = p_user AND u.is_active FOR NO KEY UPDATE;
    PERFORM portero.require(p_user, p_organization, NULL);
    UPDATE portero.sessions s SET organization_id = p_organization, last_seen_at = now()
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now()
    RETURNING s.opened_in IS NULL INTO v_is_own;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF v_is_own THEN
        UPDATE portero.users u SET last_organization_id = p_organization WHERE u.id = p_user;
    END IF;
    PERFORM portero.log(p_origin, 'organization_switched', true, NULL, p_user, p_session, p_organization);
    RETURN portero.claim_mac(p_session, p_token_expires, p_organization);
END
$$;

-- The way from a person to a permission in an organization, as far as it goes; no row for who is no member. `p_actor`, who
-- asks, must be that person or have a right to know.
CREATE FUNCTION portero.way_to_permission(p_actor uuid, p_user uuid, p_organization uuid, p_permission text)
RETURNS TABLE (
    full_name text, organization_name text, role_name text, account_is_active boolean, membership_is_active boolean,
    permission_exists boolean, role_holds boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
DECLARE
    v_rights text[];
BEGIN
    IF p_user <> p_actor THEN
        v_rights := portero.rights(p_actor, p_organization);
        IF v_rights IS NULL THEN
            PERFORM portero.refuse('organization_not_found');
        END IF;
        IF NOT 'manage_users' = ANY (v_rights) THEN
            PERFORM portero.refuse('permission_missing');
        END IF;
    END IF;
    RETURN QUERY
    SELECT u.full_name, o.name, r.name, u.is_active, m.is_active,
           EXISTS (
               SELECT FROM portero.permissions p
                WHERE p.name = p_permission AND (p.organization_id IS NULL OR p.organization_id = m.organization_id)
           ),
           EXISTS (
               SELECT FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                WHERE rp.role_id = m.role_id AND p.name = p_permission
           )
      FROM portero.memberships m
      JOIN portero.users u ON u.id = m.user_id
      JOIN portero.organizations o ON o.id = m.organization_id
      JOIN portero.roles r ON r.id = m.role_id
     WHERE m.organization_id = p_organization AND m.user_id = p_user;
END
$$;

-- What a token that is ours comes to now; no row when its session has ended or its person may not log in. An organization
-- that is not theirs (any more) leaves its columns null.
CREATE FUNCTION portero.introspect(p_session uuid, p_user uuid, p_organization uuid)
RETURNS TABLE (
    email text, username text, organization_id uuid, role_name text, permissions text[], is_stale boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
BEGIN
    RETURN QUERY
    SELECT u.email, u.username, m.organization_id, r.name,
           ARRAY(
               SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                WHERE rp.role_id = m.role_id ORDER BY p.name
           ),
           portero.is_stale(s.last_seen_at, now())
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id
      LEFT JOIN portero.memberships m ON m.organization_id = p_organization AND m.user_id = p_user AND m.is_active
      LEFT JOIN portero.roles r ON r.id = m.role_id
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
       AND CASE WHEN s.opened_in IS NULL THEN true ELSE s.opened_in = p_organization AND portero.opening_stands(s) END;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.switch_organization(uuid, uuid, uuid, bigint, portero.origin),
    portero.way_to_permission(uuid, uuid, uuid, text),
    portero.introspect(uuid, uuid, uuid)
TO portero_app;
