-- 0007 session gates: who a token speaks for, rotation of refresh tokens, and every way in which a session ends.
--
-- Why    One round trip each; `me` and `refresh` are the hottest statements of the server. A session that somebody else opened
--        is asked for more (0015), all others for a null. Checks write nothing: they tell by `is_stale` that a session's use is
--        to be noted, which `note_activity` does for many at once (decision 21).
-- Locks  None.
-- Undo   Forward only.

-- The person behind a live session, their place in one organization, and all their memberships.
--
-- No row when the session has ended or its person may not log in. An organization that is not theirs (any more) leaves the
-- organization's columns null.
CREATE FUNCTION portero.me(p_session uuid, p_user uuid, p_organization uuid)
RETURNS TABLE (
    email text, full_name text, is_active boolean, is_verified boolean, created_at timestamptz,
    organization_id uuid, organization_name text, role_id uuid, role_name text, permissions text[],
    member_ids uuid[], member_names text[], member_slugs text[], member_roles text[], is_stale boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
BEGIN
    RETURN QUERY
    SELECT u.email, u.full_name, u.is_active, u.email_verified_at IS NOT NULL, u.created_at,
           here.organization_id, here.organization_name, here.role_id, here.role_name, here.permissions,
           everywhere.ids, everywhere.names, everywhere.slugs, everywhere.roles, portero.is_stale(s.last_seen_at, now())
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id
      LEFT JOIN LATERAL (
          SELECT m.organization_id, o.name AS organization_name, r.id AS role_id, r.name AS role_name,
                 ARRAY(
                     SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                      WHERE rp.role_id = m.role_id ORDER BY p.name
                 ) AS permissions
            FROM portero.memberships m
            JOIN portero.organizations o ON o.id = m.organization_id
            JOIN portero.roles r ON r.id = m.role_id
           WHERE m.organization_id = p_organization AND m.user_id = p_user AND m.is_active
      ) here ON true
      CROSS JOIN LATERAL (
          SELECT array_agg(w.id) AS ids, array_agg(w.name) AS names, array_agg(w.slug) AS slugs,
                 array_agg(w.role) AS roles
            FROM (
                SELECT o.id, o.name, o.slug, r.name AS role
                  FROM portero.memberships m
                  JOIN portero.organizations o ON o.id = m.organization_id
                  JOIN portero.roles r ON r.id = m.role_id
                 WHERE m.user_id = p_user AND m.is_active AND (s.opened_in IS NULL OR m.organization_id = s.opened_in)
                 ORDER BY o.name, o.id
            ) w
      ) everywhere
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
       AND CASE WHEN s.opened_in IS NULL THEN true ELSE s.opened_in = p_organization AND portero.opening_stands(s) END;
END
$$;

-- Whether a token's session is live, and what its person may do in an organization: nothing elsewhere in a session that
-- somebody opened for them in `opened_in`.
CREATE FUNCTION portero.authenticate(p_session uuid, p_user uuid, p_organization uuid)
RETURNS TABLE (
    email text, full_name text, password_hash text, organization_id uuid, role_id uuid, permissions text[], opened_in uuid,
    is_stale boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
BEGIN
    RETURN QUERY
    SELECT u.email, u.full_name, u.password_hash, m.organization_id, m.role_id,
           ARRAY(
               SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                WHERE rp.role_id = m.role_id
           ),
           s.opened_in, portero.is_stale(s.last_seen_at, now())
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id
      LEFT JOIN portero.memberships m
        ON m.organization_id = p_organization AND m.user_id = p_user AND m.is_active
       AND (s.opened_in IS NULL OR m.organization_id = s.opened_in)
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
       AND CASE WHEN s.opened_in IS NULL THEN true ELSE portero.opening_stands(s) END;
END
$$;

-- Notes when live sessions were used, `p_ages` in milliseconds ago: forward only, and none twice within a minute, whichever
-- servers say so. This waits for nobody: who holds a session moves it, ends it, or lets the next use be noted. Who refreshes or
-- ends one meanwhile waits for this statement, not for the disk: a crash may forget it. What changes is in no index and no list.
CREATE FUNCTION portero.note_activity(p_sessions uuid[], p_ages bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    WITH due AS MATERIALIZED (
        SELECT s.id, n.used_at
          FROM unnest(p_sessions, p_ages) u (session_id, age)
          CROSS JOIN LATERAL (SELECT now() - u.age * interval '1 millisecond') n (used_at)
          JOIN portero.sessions s ON s.id = u.session_id
         WHERE portero.is_stale(s.last_seen_at, n.used_at) AND s.ended_at IS NULL AND s.expires_at > now()
           FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    UPDATE portero.sessions s SET last_seen_at = due.used_at FROM due WHERE s.id = due.id;
END
$$;

-- Ends one session, or answers false when there was none to end. With `p_within`, only what was opened for its person there;
-- `p_organization` is where they asked for it.
CREATE FUNCTION portero.end_session(
    p_session uuid, p_user uuid, p_reason text, p_event text, p_within uuid, p_organization uuid, p_origin portero.origin
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid;
BEGIN
    UPDATE portero.sessions s SET ended_at = now(), ended_reason = p_reason
     WHERE s.id = p_session AND s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now()
       AND (p_within IS NULL OR s.opened_in = p_within)
    RETURNING s.organization_id INTO v_organization;
    IF NOT FOUND THEN
        -- Somebody else's, or one that is no more: worth knowing who tries.
        PERFORM portero.log(p_origin, 'authz_fail', false, 'no_such_session', p_user, p_session, p_organization);
        RETURN false;
    END IF;
    PERFORM portero.log(p_origin, p_event, true, p_reason, p_user, p_session, v_organization);
    RETURN true;
END
$$;

-- A row for each organization in which sessions of a person worked that ended at once, `p_organizations` with one entry a
-- session. It names the session from which that was asked for where that works itself.
CREATE FUNCTION portero.log_revoked(
    p_origin portero.origin, p_reason text, p_user uuid, p_session uuid, p_organizations uuid[]
) RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_home uuid := (SELECT s.organization_id FROM portero.sessions s WHERE s.id = p_session);
BEGIN
    PERFORM portero.log(
        p_origin, 'authn_token_revoked', true, p_reason, p_user,
        CASE WHEN ended.organization_id IS NOT DISTINCT FROM v_home THEN p_session END,
        ended.organization_id, NULL, NULL, jsonb_build_object('sessions', ended.sessions)
    )
       FROM (
           SELECT e.organization_id, count(*) AS sessions FROM unnest(p_organizations) e (organization_id)
            GROUP BY e.organization_id ORDER BY e.organization_id
       ) ended;
END
$$;

-- Ends a person's live sessions but one (or none), and answers how many. With `p_within`, only those opened for them there.
CREATE FUNCTION portero.end_sessions(
    p_user uuid, p_except uuid, p_reason text, p_current uuid, p_within uuid, p_origin portero.origin
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organizations uuid[];
BEGIN
    -- The person first: a login that is under way is waited for, and its session ends too; and nobody who locks several
    -- sessions of one person does so at the same time as somebody else.
    PERFORM FROM portero.users u WHERE u.id = p_user FOR NO KEY UPDATE;
    WITH ended AS (
        UPDATE portero.sessions s SET ended_at = now(), ended_reason = p_reason
         WHERE s.user_id = p_user AND s.id IS DISTINCT FROM p_except AND s.ended_at IS NULL AND s.expires_at > now()
           AND (p_within IS NULL OR s.opened_in = p_within)
        RETURNING s.organization_id
    )
    SELECT array_agg(e.organization_id) INTO v_organizations FROM ended e;
    PERFORM portero.log_revoked(p_origin, p_reason, p_user, p_current, v_organizations);
    IF v_organizations IS NULL AND p_current IS NULL THEN
        -- The operator asked for it, and there was none.
        PERFORM portero.log(
            p_origin, 'authn_token_revoked', true, p_reason, p_user, NULL, NULL, NULL, NULL, jsonb_build_object('sessions', 0)
        );
    END IF;
    RETURN coalesce(cardinality(v_organizations), 0);
END
$$;

-- A person's live sessions, newest first: a hundred at most, unless they were made otherwise than by logging in. With
-- `p_within`, only those opened for them there.
CREATE FUNCTION portero.live_sessions(p_user uuid, p_within uuid)
RETURNS TABLE (
    id uuid, created_at timestamptz, last_seen_at timestamptz, expires_at timestamptz, address text, user_agent text,
    device text, organization_id uuid, number bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT s.id, s.created_at, s.last_seen_at, s.expires_at, host(s.address), s.user_agent, s.device, s.organization_id,
           s.number
      FROM portero.sessions s
     WHERE s.user_id = p_user AND s.ended_at IS NULL AND s.expires_at > now()
       AND (p_within IS NULL OR s.opened_in = p_within)
     ORDER BY s.created_at DESC, s.id DESC
     LIMIT 500
$$;

-- Rotates a refresh token.
--
-- `state` is
--   'rotated'    the presented token is used up, its successor stored
--   'repeated'   it was used within the grace and its successor was not: `nonce` gives the same successor again
--   'reused'     it was used, and it is too late or its successor was used: a theft, the session has ended
--   'refused'    no such token, or its session has ended, or its person may not log in
--   'not_member' the organization asked for is not theirs; nothing has changed
-- `context_code` is the claim `ctx` of an access token that ends at `p_token_expires`.
CREATE FUNCTION portero.refresh(
    p_digest bytea, p_successor bytea, p_nonce bytea, p_grace interval, p_organization uuid,
    p_token_expires bigint, p_origin portero.origin,
    OUT state text, OUT user_id uuid, OUT session_id uuid, OUT organization_id uuid, OUT nonce bytea,
    OUT expires_at timestamptz, OUT context_code bytea
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_used_at timestamptz;
    v_successor bytea;
    v_live boolean;
    v_email text;
    v_home uuid;
    v_opened_in uuid;
    v_key bytea;
BEGIN
    -- The session first and always: whoever ends it waits for this, or this for them.
    SELECT t.used_at, t.nonce, t.successor, s.id, s.user_id, s.expires_at, u.email,
           s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
               AND CASE WHEN s.opened_in IS NULL THEN true ELSE portero.opening_stands(s) END,
           s.organization_id, s.opened_in, s.claim_key
      INTO v_used_at, refresh.nonce, v_successor, refresh.session_id, refresh.user_id, refresh.expires_at, v_email,
           v_live, refresh.organization_id, v_opened_in, v_key
      FROM portero.refresh_tokens t
      JOIN portero.sessions s ON s.id = t.session_id
      JOIN portero.users u ON u.id = s.user_id
     WHERE t.digest = p_digest
       FOR UPDATE OF s, t;
    IF NOT FOUND OR NOT v_live THEN
        PERFORM portero.log(
            p_origin, 'authn_token_refused', false, CASE WHEN v_live IS NULL THEN 'unknown' ELSE 'session_ended' END,
            refresh.user_id, refresh.session_id, refresh.organization_id
        );
        state := 'refused';
        RETURN;
    END IF;

    -- Before anything else is asked of it: a theft is one whatever the thief asks for.
    IF v_used_at IS NOT NULL AND (
        v_used_at + p_grace <= clock_timestamp()
        OR NOT EXISTS (SELECT FROM portero.refresh_tokens t WHERE t.digest = v_successor AND t.used_at IS NULL)
    ) THEN
        UPDATE portero.sessions s SET ended_at = now(), ended_reason = 'token_reuse' WHERE s.id = refresh.session_id;
        INSERT INTO portero.mail_outbox (id, kind, recipient, language)
        VALUES (gen_random_uuid(), 'session_theft', v_email, p_origin.language);
        PERFORM portero.log(
            p_origin, 'authn_token_reuse', false, 'used_token_presented', refresh.user_id, refresh.session_id,
            refresh.organization_id
        );
        state := 'reused';
        RETURN;
    END IF;

    v_home := refresh.organization_id;
    IF p_organization IS NOT NULL OR v_home IS NOT NULL THEN
        SELECT m.organization_id INTO refresh.organization_id
          FROM portero.memberships m
         WHERE m.organization_id = coalesce(p_organization, v_home)
           AND m.user_id = refresh.user_id AND m.is_active
           AND (v_opened_in IS NULL OR m.organization_id = v_opened_in);
        IF NOT FOUND AND p_organization IS NOT NULL THEN
            PERFORM portero.log(
                p_origin, 'authn_token_refused', false, 'not_member', refresh.user_id, refresh.session_id, v_home
            );
            state := 'not_member';
            RETURN;
        END IF;
    END IF;

    context_code := portero.claim_code(v_key, refresh.session_id, p_token_expires, refresh.organization_id);
    IF v_used_at IS NULL THEN
        UPDATE portero.refresh_tokens t SET used_at = now(), nonce = p_nonce, successor = p_successor
         WHERE t.digest = p_digest;
        INSERT INTO portero.refresh_tokens (digest, session_id) VALUES (p_successor, refresh.session_id);
        UPDATE portero.sessions s SET last_seen_at = now() WHERE s.id = refresh.session_id;
        PERFORM portero.log(
            p_origin, 'authn_token_created', true, NULL, refresh.user_id, refresh.session_id, refresh.organization_id
        );
        state := 'rotated';
        refresh.nonce := p_nonce;
    ELSE
        PERFORM portero.log(
            p_origin, 'authn_token_created', true, 'repeated', refresh.user_id, refresh.session_id,
            refresh.organization_id
        );
        state := 'repeated';
    END IF;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.me(uuid, uuid, uuid),
    portero.authenticate(uuid, uuid, uuid),
    portero.note_activity(uuid[], bigint[]),
    portero.end_session(uuid, uuid, text, text, uuid, uuid, portero.origin),
    portero.end_sessions(uuid, uuid, text, uuid, uuid, portero.origin),
    portero.live_sessions(uuid, uuid),
    portero.refresh(bytea, bytea, bytea, interval, uuid, bigint, portero.origin)
TO portero_app;
