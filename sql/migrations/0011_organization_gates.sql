-- 0011 organization gates: organizations made, changed and deleted; members listed, changed and removed.
--
-- Why    Each is one round trip and one transaction, which takes the organization first, asks for the right, and writes its
--        auth_logs row. Names and e-mail addresses of members are read through a function, page by page.
-- Locks  None.
-- Undo   Forward only.

-- An organization is taken before its members and roles are: whoever changes some of them does so one after the other.
CREATE FUNCTION portero.hold(p_organization uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR NO KEY UPDATE;
END
$$;

-- What a role allows, by name.
CREATE FUNCTION portero.role_rights(p_role uuid) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT ARRAY(
            SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
             WHERE rp.role_id = p_role ORDER BY p.name
        )
    );
END
$$;

-- An organization as one of its members sees it.
CREATE TYPE portero.own_organization AS (
    id uuid, slug text, name text, settings text, domains text[], created_at timestamptz,
    role_id uuid, role_name text, permissions text[]
);

CREATE TYPE portero.member AS (
    user_id uuid, email text, full_name text, username text, is_active boolean,
    role_id uuid, role_name text, joined_at timestamptz, last_login_at timestamptz
);

-- The organizations that somebody works in, or one of them, each with their role.
CREATE FUNCTION portero.organizations_of(p_user uuid, p_organization uuid) RETURNS SETOF portero.own_organization
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT o.id, o.slug, o.name, o.settings::text,
           ARRAY(
               SELECT d.domain FROM portero.organization_domains d WHERE d.organization_id = o.id ORDER BY d.domain
           ),
           o.created_at, r.id, r.name, portero.role_rights(r.id)
      FROM portero.memberships m
      JOIN portero.organizations o ON o.id = m.organization_id
      JOIN portero.roles r ON r.id = m.role_id
     WHERE m.user_id = p_user AND m.is_active AND (p_organization IS NULL OR m.organization_id = p_organization)
     ORDER BY o.name, o.id
     LIMIT 500;
END
$$;

-- A new organization, whose maker is its first Admin. Without a slug, one is made of the name. The reserved one, by which
-- requests are found that name no organization, is nobody's here: not even where no organization has it yet.
CREATE FUNCTION portero.create_organization(
    p_actor uuid, p_session uuid, p_organization uuid, p_name text, p_slug text, p_reserved_slug text,
    p_origin portero.origin
) RETURNS SETOF portero.own_organization
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_base text := coalesce(
        nullif(trim('-' FROM left(regexp_replace(portero.fold(p_name), '[^a-z0-9]+', '-', 'g'), 48)), ''), 'organization'
    );
    v_slug text := coalesce(p_slug, v_base);
    v_role uuid;
BEGIN
    PERFORM FROM portero.users u WHERE u.id = p_actor AND u.is_active FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('account_closed');
    END IF;
    IF (SELECT count(*) FROM portero.memberships m WHERE m.user_id = p_actor) >= 500 THEN
        PERFORM portero.refuse('too_many_organizations');
    END IF;
    IF p_slug = p_reserved_slug THEN
        PERFORM portero.refuse('organizations_slug_key');
    ELSIF p_slug IS NOT NULL THEN
        INSERT INTO portero.organizations (id, slug, name) VALUES (p_organization, p_slug, p_name);
    ELSE
        LOOP
            INSERT INTO portero.organizations (id, slug, name)
            SELECT p_organization, v_slug, p_name WHERE v_slug <> p_reserved_slug
            ON CONFLICT ON CONSTRAINT organizations_slug_key DO NOTHING;
            EXIT WHEN FOUND;
            v_slug := v_base || '-' || left(gen_random_uuid()::text, 8);
        END LOOP;
    END IF;
    SELECT r.id INTO v_role FROM portero.roles r
     WHERE r.organization_id = p_organization AND r.built_in AND r.name = 'Admin';
    INSERT INTO portero.memberships (organization_id, user_id, role_id) VALUES (p_organization, p_actor, v_role);
    UPDATE portero.users u SET last_organization_id = p_organization
     WHERE u.id = p_actor AND u.last_organization_id IS NULL;
    PERFORM portero.log(
        p_origin, 'organization_created', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        jsonb_build_object('name', p_name, 'slug', v_slug, 'role', 'Admin')
    );
    RETURN QUERY SELECT * FROM portero.organizations_of(p_actor, p_organization);
END
$$;

-- What of an organization the audit trail tells before and after a change.
CREATE FUNCTION portero.organization_facts(p_organization uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = portero, pg_temp
AS $$
    SELECT jsonb_build_object(
               'name', o.name, 'slug', o.slug,
               'domains', ARRAY(
                   SELECT d.domain FROM portero.organization_domains d
                    WHERE d.organization_id = o.id ORDER BY d.domain
               )
           )
      FROM portero.organizations o WHERE o.id = p_organization
$$;

-- Changes what is not null.
--
-- The reserved slug is neither taken nor given up: whoever had it next would get the requests that name no organization.
-- Of domains that the organization has not got yet, it may take those that are open and not reserved; asked here, where the
-- organization is held, so that what the operator took away a moment ago does not count as its own.
CREATE FUNCTION portero.update_organization(
    p_actor uuid, p_session uuid, p_organization uuid, p_name text, p_slug text, p_settings jsonb, p_domains text[],
    p_reserved_slug text, p_reserved_domains text[], p_open_domains text[], p_origin portero.origin
) RETURNS SETOF portero.own_organization
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_before jsonb;
    v_after jsonb;
    v_settings jsonb;
    v_slug text;
    v_new text[];
BEGIN
    PERFORM portero.hold(p_organization);
    PERFORM portero.require(p_actor, p_organization, 'manage_organization');
    v_before := portero.organization_facts(p_organization);
    SELECT o.settings, o.slug INTO v_settings, v_slug FROM portero.organizations o WHERE o.id = p_organization;
    IF p_slug <> v_slug AND p_slug = p_reserved_slug THEN
        PERFORM portero.refuse('organizations_slug_key');
    ELSIF p_slug <> v_slug AND v_slug = p_reserved_slug THEN
        PERFORM portero.refuse('default_organization');
    END IF;
    v_new := ARRAY(
        SELECT DISTINCT given.domain FROM unnest(p_domains) AS given (domain)
         WHERE NOT EXISTS (
               SELECT FROM portero.organization_domains d
                WHERE d.domain = given.domain AND d.organization_id = p_organization
         )
         ORDER BY given.domain
    );
    IF v_new && p_reserved_domains THEN
        PERFORM portero.refuse('organization_domains_pkey');
    ELSIF NOT v_new <@ p_open_domains THEN
        PERFORM portero.refuse('domain_not_open');
    END IF;
    UPDATE portero.organizations o
       SET name = coalesce(p_name, o.name), slug = coalesce(p_slug, o.slug),
           settings = coalesce(p_settings, o.settings)
     WHERE o.id = p_organization
       AND (p_name <> o.name OR p_slug <> o.slug OR p_settings <> o.settings);
    IF p_domains IS NOT NULL THEN
        DELETE FROM portero.organization_domains d
         WHERE d.organization_id = p_organization AND NOT d.domain = ANY (p_domains);
        INSERT INTO portero.organization_domains (domain, organization_id) SELECT d, p_organization FROM unnest(v_new) d;
    END IF;
    v_after := portero.organization_facts(p_organization);
    IF v_after <> v_before OR p_settings <> v_settings THEN
        PERFORM portero.log(
            p_origin, 'organization_updated', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
            jsonb_build_object(
                'before', v_before, 'after', v_after, 'settings_changed', coalesce(p_settings <> v_settings, false)
            )
        );
    END IF;
    RETURN QUERY SELECT * FROM portero.organizations_of(p_actor, p_organization);
END
$$;

-- Deletes an organization with all that is its own; people keep their accounts, the audit trail its rows. Not the one with
-- the reserved slug, which would be free then.
CREATE FUNCTION portero.delete_organization(
    p_actor uuid, p_session uuid, p_organization uuid, p_reserved_slug text, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR UPDATE;
    PERFORM portero.require(p_actor, p_organization, 'manage_organization');
    IF EXISTS (SELECT FROM portero.organizations o WHERE o.id = p_organization AND o.slug = p_reserved_slug) THEN
        PERFORM portero.refuse('default_organization');
    END IF;
    PERFORM portero.log(
        p_origin, 'organization_deleted', true, NULL, p_actor, p_session, p_organization, NULL, p_actor,
        portero.organization_facts(p_organization) || jsonb_build_object(
            'members', (SELECT count(*) FROM portero.memberships m WHERE m.organization_id = p_organization)
        )
    );
    DELETE FROM portero.organizations o WHERE o.id = p_organization;
END
$$;

-- One page of an organization's members, and how many there are in all that match; a row without a person where the page is
-- empty. `p_search` is a literal. `p_sort` is 'full_name', 'email', 'created_at' or 'role'; ties go by id.
CREATE FUNCTION portero.members(
    p_organization uuid, p_search text, p_sort text, p_descending boolean, p_limit integer, p_offset bigint
) RETURNS TABLE (
    total bigint, user_id uuid, email text, full_name text, username text, is_active boolean,
    role_id uuid, role_name text, joined_at timestamptz, last_login_at timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        $q$
        WITH hits AS %1$s (
            SELECT m.user_id, %2$s AS key FROM portero.memberships m %3$s
             WHERE m.organization_id = $1 %4$s
        ),
        page AS (
            SELECT h.user_id, row_number() OVER () AS place
              FROM (SELECT h.user_id FROM hits h ORDER BY h.key %5$s, h.user_id %5$s LIMIT $3 OFFSET $4) h
        )
        SELECT t.total, u.id, u.email, u.full_name, u.username, m.is_active, r.id, r.name, m.created_at, u.last_login_at
          FROM (SELECT count(*) AS total FROM hits) t
          LEFT JOIN (
              page
              JOIN portero.memberships m ON m.organization_id = $1 AND m.user_id = page.user_id
              JOIN portero.users u ON u.id = page.user_id
              JOIN portero.roles r ON r.id = m.role_id
          ) ON true
         ORDER BY page.place
        $q$,
        -- Without a search, the order of an index and the number of its entries are all that is needed.
        CASE WHEN p_search IS NULL THEN 'NOT MATERIALIZED' ELSE 'MATERIALIZED' END,
        CASE p_sort WHEN 'email' THEN $q$split_part(m.search_text, E'\n', 2)$q$ WHEN 'created_at' THEN 'm.created_at'
                    WHEN 'role' THEN 'lower(o.name) COLLATE "C"' ELSE 'm.sort_name' END,
        CASE p_sort WHEN 'role' THEN 'JOIN portero.roles o ON o.id = m.role_id' ELSE '' END,
        CASE WHEN p_search IS NULL THEN 'AND $2 IS NULL' ELSE 'AND strpos(m.search_text, portero.fold_search($2)) > 0' END,
        CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END
    ) USING p_organization, p_search, p_limit, p_offset;
END
$$;

-- What of a membership the audit trail tells before and after a change.
CREATE FUNCTION portero.membership_facts(p_role uuid, p_is_active boolean) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = portero, pg_temp
AS $$
    SELECT jsonb_build_object('role_id', r.id, 'role', r.name, 'is_active', p_is_active)
      FROM portero.roles r WHERE r.id = p_role
$$;

-- Takes a membership that may be changed: not one whose role allows more than `p_rights`.
CREATE FUNCTION portero.take_member(p_organization uuid, p_member uuid, p_rights text[]) RETURNS portero.memberships
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_member portero.memberships;
BEGIN
    SELECT * INTO v_member FROM portero.memberships m
     WHERE m.organization_id = p_organization AND m.user_id = p_member FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('member_not_found');
    END IF;
    PERFORM portero.require_covering(p_rights, portero.role_rights(v_member.role_id));
    RETURN v_member;
END
$$;

-- Changes what is not null of a member.
CREATE FUNCTION portero.update_member(
    p_actor uuid, p_session uuid, p_organization uuid, p_member uuid, p_role uuid, p_is_active boolean,
    p_origin portero.origin
) RETURNS SETOF portero.member
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_before portero.memberships;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    v_before := portero.take_member(p_organization, p_member, v_rights);
    IF p_role IS NOT NULL AND NOT EXISTS (
        SELECT FROM portero.roles r WHERE r.organization_id = p_organization AND r.id = p_role
    ) THEN
        PERFORM portero.refuse('memberships_role_fkey');
    END IF;
    PERFORM portero.require_covering(v_rights, portero.role_rights(coalesce(p_role, v_before.role_id)));
    UPDATE portero.memberships m
       SET role_id = coalesce(p_role, m.role_id), is_active = coalesce(p_is_active, m.is_active)
     WHERE m.organization_id = p_organization AND m.user_id = p_member
       AND (p_role <> m.role_id OR p_is_active <> m.is_active);
    IF FOUND THEN
        PERFORM portero.check_admins();
        PERFORM portero.log(
            p_origin, CASE WHEN p_role <> v_before.role_id THEN 'authz_change' ELSE 'user_membership_updated' END,
            true, NULL, p_member, p_session, p_organization, NULL, p_actor,
            jsonb_build_object(
                'before', portero.membership_facts(v_before.role_id, v_before.is_active),
                'after', portero.membership_facts(
                    coalesce(p_role, v_before.role_id), coalesce(p_is_active, v_before.is_active)
                )
            )
        );
    END IF;
    RETURN QUERY
    SELECT u.id, u.email, u.full_name, u.username, m.is_active, r.id, r.name, m.created_at, u.last_login_at
      FROM portero.memberships m
      JOIN portero.users u ON u.id = m.user_id
      JOIN portero.roles r ON r.id = m.role_id
     WHERE m.organization_id = p_organization AND m.user_id = p_member;
END
$$;

-- Ends a membership: one's own, or by right.
CREATE FUNCTION portero.remove_member(
    p_actor uuid, p_session uuid, p_organization uuid, p_member uuid, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_before portero.memberships;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(
        p_actor, p_organization, CASE WHEN p_actor <> p_member THEN 'manage_users' END
    );
    v_before := portero.take_member(p_organization, p_member, v_rights);
    DELETE FROM portero.memberships m WHERE m.organization_id = p_organization AND m.user_id = p_member;
    PERFORM portero.check_admins();
    PERFORM portero.log(
        p_origin, 'user_membership_deleted', true, CASE WHEN p_actor = p_member THEN 'left' ELSE 'removed' END,
        p_member, p_session, p_organization, NULL, p_actor,
        jsonb_build_object('before', portero.membership_facts(v_before.role_id, v_before.is_active))
    );
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.organizations_of(uuid, uuid),
    portero.create_organization(uuid, uuid, uuid, text, text, text, portero.origin),
    portero.update_organization(
        uuid, uuid, uuid, text, text, jsonb, text[], text, text[], text[], portero.origin
    ),
    portero.delete_organization(uuid, uuid, uuid, text, portero.origin),
    portero.members(uuid, text, text, boolean, integer, bigint),
    portero.update_member(uuid, uuid, uuid, uuid, uuid, boolean, portero.origin),
    portero.remove_member(uuid, uuid, uuid, uuid, portero.origin)
TO portero_app;
