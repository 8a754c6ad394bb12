-- 0009 rights: what every gate of an organization asks before it does anything.
--
-- Why    A right is asked for in the transaction that uses it, of the membership as it is then: a role that was taken away
--        a moment ago helps nobody. The names of the constraints are the refusals that the server words.
-- Locks  None.
-- Undo   Forward only.

-- Ends a gate with a refusal. The server knows it by the constraint's name.
CREATE FUNCTION portero.refuse(p_refusal text) RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'refused: %', p_refusal USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = p_refusal;
END
$$;

-- What somebody may do in an organization now; null for who is no active member of it.
CREATE FUNCTION portero.rights(p_user uuid, p_organization uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT ARRAY(
                   SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                    WHERE rp.role_id = m.role_id
               )
          FROM portero.memberships m
          JOIN portero.users u ON u.id = m.user_id
         WHERE m.organization_id = p_organization AND m.user_id = p_user AND m.is_active AND u.is_active
    );
END
$$;

-- Refuses whoever is no member (as if there were no such organization), or lacks the permission. Their membership and role
-- are held until the end of the transaction. Answers all that they may do.
CREATE FUNCTION portero.require(p_actor uuid, p_organization uuid, p_permission text) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
BEGIN
    PERFORM FROM portero.memberships m JOIN portero.roles r ON r.id = m.role_id
      WHERE m.organization_id = p_organization AND m.user_id = p_actor FOR SHARE;
    v_rights := portero.rights(p_actor, p_organization);
    IF v_rights IS NULL THEN
        PERFORM portero.refuse('organization_not_found');
    END IF;
    IF p_permission IS NOT NULL AND NOT p_permission = ANY (v_rights) THEN
        PERFORM portero.refuse('permission_missing');
    END IF;
    RETURN v_rights;
END
$$;

-- Refuses to hand out what the one who hands it out does not hold.
CREATE FUNCTION portero.require_covering(p_rights text[], p_granted text[]) RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    IF NOT p_granted <@ p_rights THEN
        PERFORM portero.refuse('grants_more_than_held');
    END IF;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
