-- 0019 bound: people in the one organization that a request belongs to whose contract knows none.
--
-- Why    Four contracts name no organization: a request to them belongs to the one whose domain is its Host, else to the
--        one with a slug that the operator names. The gates find it themselves, in the round trip that needs it.
-- Locks  None.
-- Undo   Forward only.

-- Null where no organization has the domain, nor the slug: then a setting is wrong.
CREATE FUNCTION portero.bound_organization(p_host text, p_slug text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            (SELECT d.organization_id FROM portero.organization_domains d WHERE d.domain = p_host),
            (SELECT o.id FROM portero.organizations o WHERE o.slug = p_slug)
        )
    );
END
$$;

-- The same, refusing where there is none.
CREATE FUNCTION portero.require_bound_organization(p_host text, p_slug text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid := portero.bound_organization(p_host, p_slug);
BEGIN
    IF v_organization IS NULL THEN
        PERFORM portero.refuse('organization_not_bound');
    END IF;
    RETURN v_organization;
END
$$;

-- A person as the bound contracts show them. They speak of people and roles by numbers.
CREATE TYPE portero.bound_person AS (
    user_number bigint, email text, username text, full_name text, is_active boolean, is_verified boolean,
    last_login_at timestamptz, created_at timestamptz, role_number bigint, role_name text, permissions text[]
);

-- An active member of an organization; all columns null for whoever is none.
CREATE FUNCTION portero.bound_person(p_user uuid, p_organization uuid) RETURNS portero.bound_person
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_found portero.bound_person;
BEGIN
    SELECT u.number, u.email, u.username, u.full_name, u.is_active, u.email_verified_at IS NOT NULL,
           u.last_login_at, u.created_at, r.number, r.name, portero.role_rights(r.id)
      INTO v_found
      FROM portero.memberships m
      JOIN portero.users u ON u.id = m.user_id
      JOIN portero.roles r ON r.id = m.role_id
     WHERE m.organization_id = p_organization AND m.user_id = p_user AND m.is_active;
    RETURN v_found;
END
$$;

-- The address that logs in by a username: failures are counted by it, whichever of the two was typed.
CREATE FUNCTION portero.email_of_username(p_username text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT u.email_normalized FROM portero.users u WHERE lower(u.username COLLATE "C") = p_username
    );
END
$$;

-- begin_login, with the organization and what the account is in it. Who is no member of it is told apart only after the
-- password was looked at, by whoever calls this.
CREATE FUNCTION portero.begin_bound_login(
    p_event text, p_identifier text, p_identity bytea, p_network cidr,
    p_limit integer, p_window interval, p_wide_limit integer, p_wide_window interval, p_origin portero.origin,
    p_host text, p_slug text, p_typed text
)
RETURNS TABLE (
    state text, retry_after integer, user_id uuid, password_hash text, is_active boolean, is_verified boolean,
    organization_id uuid, user_number bigint, email text, username text, full_name text, person_is_active boolean,
    person_is_verified boolean, last_login_at timestamptz, created_at timestamptz, role_number bigint, role_name text,
    permissions text[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
DECLARE
    v_organization uuid := portero.require_bound_organization(p_host, p_slug);
BEGIN
    RETURN QUERY
    SELECT b.*, v_organization, p.*
      FROM portero.begin_login(
               p_event, p_identifier, p_identity, p_network, p_limit, p_window, p_wide_limit, p_wide_window, p_origin,
               v_organization, p_typed
           ) b
      LEFT JOIN LATERAL portero.bound_person(b.user_id, v_organization) p ON true;
END
$$;

-- Whether a token's session is live, and what its person is in the organization of the request.
--
-- No row when the session has ended or its person may not log in; nulls after `is_stale` for who is no member, or whose
-- session was opened in another organization.
CREATE FUNCTION portero.authenticate_bound(p_session uuid, p_user uuid, p_host text, p_slug text)
RETURNS TABLE (
    password_hash text, session_number bigint, started_at timestamptz, expires_at timestamptz, last_seen_at timestamptz,
    device text, organization_id uuid, opened_in uuid, is_stale boolean, user_number bigint, email text, username text,
    full_name text, is_active boolean, is_verified boolean, last_login_at timestamptz, created_at timestamptz,
    role_number bigint, role_name text, permissions text[]
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
DECLARE
    v_organization uuid := portero.require_bound_organization(p_host, p_slug);
BEGIN
    RETURN QUERY
    SELECT u.password_hash, s.number, s.created_at, s.expires_at, s.last_seen_at, coalesce(s.device, s.user_agent, ''),
           v_organization, s.opened_in, portero.is_stale(s.last_seen_at, now()), p.*
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id
      LEFT JOIN LATERAL portero.bound_person(u.id, v_organization) p
        ON s.opened_in IS NULL OR s.opened_in = v_organization
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
       AND CASE WHEN s.opened_in IS NULL THEN true ELSE portero.opening_stands(s) END;
END
$$;

-- Appends that somebody was refused in the organization that their request belongs to; nulls for who came without a token.
CREATE FUNCTION portero.log_bound_refusal(
    p_reason text, p_user uuid, p_session uuid, p_host text, p_slug text, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.log_attempt(
        p_origin, 'authz_fail', p_reason, p_user, p_session, portero.require_bound_organization(p_host, p_slug)
    );
END
$$;

-- A new account that is a member at once, and the mail that asks to verify its address.
--
-- The role is the one with the number or the name, else Usuario. Roles that are not open to everybody, and an account that
-- may not come in yet, take an actor who manages users here and may do all that the role allows.
CREATE FUNCTION portero.register_member(
    p_user uuid, p_email text, p_username text, p_full_name text, p_password_hash text,
    p_code uuid, p_mac bytea, p_lifetime interval, p_sealed bytea,
    p_host text, p_slug text, p_role_number bigint, p_role_name text, p_open_roles text[], p_is_active boolean,
    p_actor uuid, p_session uuid, p_origin portero.origin
) RETURNS portero.bound_person
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid := portero.require_bound_organization(p_host, p_slug);
    v_role portero.roles;
    v_rights text[];
    v_manages boolean;
BEGIN
    SELECT * INTO v_role FROM portero.roles r
     WHERE r.organization_id = v_organization
       AND CASE WHEN p_role_number IS NOT NULL THEN r.number = p_role_number
                ELSE lower(r.name) = lower(coalesce(p_role_name, 'Usuario')) END
       FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('role_unknown');
    END IF;
    v_rights := portero.rights(p_actor, v_organization);
    v_manages := coalesce('manage_users' = ANY (v_rights), false);
    IF NOT EXISTS (SELECT FROM unnest(p_open_roles) AS open (name) WHERE lower(open.name) = lower(v_role.name)) THEN
        IF NOT v_manages THEN
            PERFORM portero.refuse('role_not_open');
        END IF;
        v_rights := portero.require(p_actor, v_organization, 'manage_users');
        PERFORM portero.require_covering(v_rights, portero.role_rights(v_role.id));
    END IF;
    INSERT INTO portero.users (id, email, username, full_name, password_hash, last_organization_id)
    VALUES (p_user, p_email, p_username, p_full_name, p_password_hash, v_organization);
    INSERT INTO portero.memberships (organization_id, user_id, role_id, is_active)
    VALUES (v_organization, p_user, v_role.id, p_is_active OR NOT v_manages);
    PERFORM portero.put_code(
        'verify_email', p_user, p_email, p_code, p_mac, p_lifetime, p_sealed, p_origin.language
    );
    PERFORM portero.log(
        p_origin, 'user_created', true, NULL, p_user, p_session, v_organization, p_email,
        p_actor, jsonb_build_object('role', v_role.name)
    );
    RETURN (
        SELECT ROW(
                   u.number, u.email, u.username, u.full_name, m.is_active, false, NULL, u.created_at,
                   v_role.number, v_role.name, portero.role_rights(v_role.id)
               )::portero.bound_person
          FROM portero.users u
          JOIN portero.memberships m ON m.user_id = u.id AND m.organization_id = v_organization
         WHERE u.id = p_user
    );
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.bound_organization(text, text),
    portero.email_of_username(text),
    portero.begin_bound_login(
        text, text, bytea, cidr, integer, interval, integer, interval, portero.origin, text, text, text
    ),
    portero.authenticate_bound(uuid, uuid, text, text),
    portero.log_bound_refusal(text, uuid, uuid, text, text, portero.origin),
    portero.register_member(
        uuid, text, text, text, text, uuid, bytea, interval, bytea, text, text, bigint, text, text[], boolean,
        uuid, uuid, portero.origin
    )
TO portero_app;
