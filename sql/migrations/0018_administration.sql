-- 0018 administration: what the command line does to organizations and accounts, for whoever runs the server.
--
-- Why    No organization may close an account, which belongs to none; nor may the server. These functions are the owner's
--        alone: nothing is granted. Each is one transaction with its auth_logs rows, like the gates.
-- Locks  None.
-- Undo   Forward only.

-- An organization that nobody is a member of yet.
CREATE FUNCTION portero.found_organization(
    p_id uuid, p_slug text, p_name text, p_domains text[], p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.organizations (id, slug, name) VALUES (p_id, p_slug, p_name);
    INSERT INTO portero.organization_domains (domain, organization_id) SELECT d, p_id FROM unnest(p_domains) d;
    PERFORM portero.log(
        p_origin, 'organization_created', true, 'command_line', NULL, NULL, p_id, NULL, NULL,
        jsonb_build_object('slug', p_slug, 'name', p_name, 'domains', p_domains)
    );
END
$$;

-- Gives hosts to an organization, and takes others away from it. One that another organization has moves only where
-- `p_moving` says so, and that organization's audit trail says so too.
--
-- `domains` are those that it has then, null where there is no such organization. `obstacle` is a host that another one has,
-- or that was to be taken away and is not this one's, and `holder` who has it, if anybody: then nothing was changed.
CREATE FUNCTION portero.change_domains(
    p_slug text, p_added text[], p_removed text[], p_moving boolean, p_origin portero.origin,
    OUT domains text[], OUT obstacle text, OUT holder text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid;
    v_concerned uuid[];
    v_before jsonb;
BEGIN
    -- All of them before anything is changed, and in one order, so that nobody waits for one that waits for them.
    v_concerned := ARRAY(
        SELECT o.id FROM portero.organizations o
         WHERE o.slug = p_slug
            OR o.id IN (SELECT d.organization_id FROM portero.organization_domains d WHERE d.domain = ANY (p_added))
         ORDER BY o.id FOR NO KEY UPDATE
    );
    SELECT o.id INTO v_organization FROM portero.organizations o WHERE o.slug = p_slug AND o.id = ANY (v_concerned);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT given.domain, o.slug INTO obstacle, holder
      FROM (
          SELECT d AS domain, true AS is_added FROM unnest(p_added) d
          UNION ALL
          SELECT d, false FROM unnest(p_removed) d
      ) given
      LEFT JOIN portero.organization_domains h ON h.domain = given.domain
      LEFT JOIN portero.organizations o ON o.id = h.organization_id
     WHERE CASE WHEN given.is_added THEN h.organization_id <> v_organization AND NOT p_moving
                ELSE h.organization_id IS DISTINCT FROM v_organization END
     ORDER BY given.domain LIMIT 1;
    IF NOT FOUND THEN
        v_before := (SELECT jsonb_object_agg(c.id, portero.organization_facts(c.id)) FROM unnest(v_concerned) c (id));
        DELETE FROM portero.organization_domains d WHERE d.domain = ANY (p_removed);
        UPDATE portero.organization_domains d SET organization_id = v_organization
         WHERE d.domain = ANY (p_added) AND d.organization_id = ANY (v_concerned)
           AND d.organization_id <> v_organization;
        INSERT INTO portero.organization_domains (domain, organization_id)
        SELECT given.domain, v_organization FROM unnest(p_added) AS given (domain)
         WHERE NOT EXISTS (
               SELECT FROM portero.organization_domains d
                WHERE d.domain = given.domain AND d.organization_id = v_organization
         )
         ORDER BY given.domain;
        PERFORM portero.log(
            p_origin, 'organization_updated', true, 'command_line', NULL, NULL, changed.id, NULL, NULL,
            jsonb_build_object('before', changed.before, 'after', changed.after, 'settings_changed', false)
        )
           FROM (
               SELECT c.id, v_before -> c.id::text AS before, portero.organization_facts(c.id) AS after
                 FROM unnest(v_concerned) c (id)
           ) changed
          WHERE changed.before <> changed.after;
    END IF;
    domains := ARRAY(
        SELECT d.domain FROM portero.organization_domains d WHERE d.organization_id = v_organization ORDER BY d.domain
    );
END
$$;

-- Closes an account and ends its sessions, or opens it again. `was_active` is null where there is no such account.
--
-- The audit trail has a row for the account, and one for each organization whose Admins miss or meet a member.
CREATE FUNCTION portero.set_account_active(
    p_email text, p_active boolean, p_origin portero.origin,
    OUT was_active boolean, OUT ended_sessions integer
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user uuid;
BEGIN
    -- The person first, as everywhere: a login that is under way is waited for, and its session ends too.
    SELECT u.id, u.is_active INTO v_user, was_active
      FROM portero.users u WHERE u.email_normalized = p_email FOR NO KEY UPDATE;
    ended_sessions := 0;
    IF was_active IS NOT DISTINCT FROM p_active OR v_user IS NULL THEN
        RETURN;
    END IF;
    UPDATE portero.users u SET is_active = p_active WHERE u.id = v_user;
    IF NOT p_active THEN
        ended_sessions := portero.end_sessions(v_user, NULL, 'deactivated', NULL, NULL, p_origin);
    END IF;
    PERFORM portero.log(
        p_origin, 'user_updated', true, CASE WHEN p_active THEN 'activated' ELSE 'deactivated' END, v_user, NULL,
        concerned.organization_id, p_email, NULL,
        jsonb_build_object('before', jsonb_build_object('is_active', was_active),
                           'after', jsonb_build_object('is_active', p_active))
    )
       FROM (
           SELECT NULL::uuid AS organization_id
           UNION ALL
           SELECT m.organization_id FROM portero.memberships m WHERE m.user_id = v_user
       ) concerned;
END
$$;

-- Forgets what was counted against an account's logins, under each key that it may have been counted with; answers how many
-- failures that were, or null where there is no such account.
CREATE FUNCTION portero.unlock_account(p_email text, p_identities bytea[], p_origin portero.origin) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user uuid;
    v_failures integer;
BEGIN
    SELECT u.id INTO v_user FROM portero.users u WHERE u.email_normalized = p_email;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- In the order in which a try at a login takes them: the networks, then everywhere.
    WITH forgotten AS (
        DELETE FROM portero.login_failures f
         WHERE f.identity = ANY (p_identities) AND f.network <> '::/0'
        RETURNING f.failures
    )
    SELECT coalesce(sum(failures), 0) INTO v_failures FROM forgotten;
    WITH forgotten AS (
        DELETE FROM portero.login_failures f
         WHERE f.identity = ANY (p_identities) AND f.network = '::/0'
        RETURNING f.failures
    )
    SELECT greatest(v_failures, coalesce(sum(failures), 0)) INTO v_failures FROM forgotten;
    PERFORM portero.log(
        p_origin, 'authn_login_unlock', true, 'command_line', v_user, NULL, NULL, p_email, NULL,
        jsonb_build_object('failures', v_failures)
    );
    RETURN v_failures;
END
$$;

-- Ends all sessions of an account; answers how many, or null where there is no such account.
CREATE FUNCTION portero.log_out_account(p_email text, p_origin portero.origin) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user uuid;
BEGIN
    SELECT u.id INTO v_user FROM portero.users u WHERE u.email_normalized = p_email;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN portero.end_sessions(v_user, NULL, 'revoked', NULL, NULL, p_origin);
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
