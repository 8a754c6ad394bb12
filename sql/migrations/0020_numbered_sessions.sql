-- 0020 numbered sessions: sessions known by their number, and opened by whoever is trusted to.
--
-- Why    Two contracts name sessions by numbers. A number is random, so it works as what it is used for: somebody's own key
--        to their session. What of a session may change, and who may open one for another person, is decided here.
-- Locks  SHARE ROW EXCLUSIVE on sessions for a moment, for a trigger.
-- Undo   DROP VIEW public.sesion; for the rest, forward only.

CREATE TYPE portero.numbered_session AS (
    number bigint, user_number bigint, started_at timestamptz, expires_at timestamptz, last_seen_at timestamptz,
    is_live boolean, device text
);

CREATE FUNCTION portero.numbered_session(p_session uuid) RETURNS portero.numbered_session
LANGUAGE plpgsql STABLE SET search_path = portero, pg_temp
AS $$
DECLARE
    v_found portero.numbered_session;
BEGIN
    SELECT s.number, u.number, s.created_at, s.expires_at, s.last_seen_at,
           s.ended_at IS NULL AND s.expires_at > now(), coalesce(s.device, s.user_agent, '')
      INTO v_found
      FROM portero.sessions s JOIN portero.users u ON u.id = s.user_id WHERE s.id = p_session;
    RETURN v_found;
END
$$;

-- Ends the session with a number, of a person who belongs to the organization of the request.
--
-- `p_user` is the person of a token that was sent along, if one was. 'ended' also for what has ended before, else 'unknown'
-- or 'foreign'.
CREATE FUNCTION portero.end_numbered_session(
    p_number bigint, p_user uuid, p_session uuid, p_host text, p_slug text, p_origin portero.origin
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid := portero.require_bound_organization(p_host, p_slug);
    v_found portero.sessions;
BEGIN
    SELECT s.* INTO v_found FROM portero.sessions s
      JOIN portero.memberships m ON m.organization_id = v_organization AND m.user_id = s.user_id
     WHERE s.number = p_number;
    IF NOT FOUND OR v_found.user_id <> p_user THEN
        PERFORM portero.log(
            p_origin, 'authz_fail', false,
            CASE WHEN v_found.id IS NULL THEN 'no_such_session' ELSE 'session_of_somebody_else' END,
            p_user, p_session, v_organization
        );
        RETURN CASE WHEN v_found.id IS NULL THEN 'unknown' ELSE 'foreign' END;
    END IF;
    UPDATE portero.sessions s SET ended_at = now(), ended_reason = 'logout'
     WHERE s.id = v_found.id AND s.ended_at IS NULL;
    IF FOUND THEN
        PERFORM portero.log(
            p_origin, 'authn_token_revoked', true, 'logout', v_found.user_id, v_found.id, v_found.organization_id
        );
    END IF;
    RETURN 'ended';
END
$$;

-- Has a session be what somebody wants, as far as it may become that: its owner, or who manages sessions where it works.
--
-- Times are whole seconds since 1970; `p_token_session` is the session that a token was made for which was sent along.
-- The last activity never goes back: an earlier one, from the session's start on, is what the asker read before the session was
-- noted to be used (0007), and leaves what is kept.
CREATE FUNCTION portero.update_numbered_session(
    p_actor uuid, p_session uuid, p_organization uuid, p_number bigint, p_user_number bigint, p_token_session uuid,
    p_started bigint, p_expires bigint, p_seen bigint, p_is_live boolean, p_device text, p_origin portero.origin
) RETURNS portero.numbered_session
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_session portero.sessions;
    v_before portero.numbered_session;
    v_after portero.numbered_session;
    v_seen bigint;
    v_ends boolean;
BEGIN
    SELECT s.* INTO v_session FROM portero.sessions s
     WHERE s.number = p_number AND (s.user_id = p_actor OR s.organization_id = p_organization);
    IF NOT FOUND THEN
        PERFORM portero.refuse('session_not_found');
    END IF;
    -- Before the session is held: whoever removes a member holds the membership first.
    IF v_session.user_id <> p_actor THEN
        PERFORM portero.require(p_actor, p_organization, 'manage_sessions');
    END IF;
    SELECT s.* INTO v_session FROM portero.sessions s WHERE s.id = v_session.id FOR UPDATE;
    v_before := portero.numbered_session(v_session.id);
    v_seen := floor(extract(epoch FROM v_session.last_seen_at));

    IF p_user_number <> v_before.user_number THEN
        PERFORM portero.refuse('session_conflict_user');
    ELSIF p_token_session IS DISTINCT FROM v_session.id THEN
        PERFORM portero.refuse('session_conflict_token');
    ELSIF p_started <> floor(extract(epoch FROM v_session.created_at)) THEN
        PERFORM portero.refuse('session_conflict_start');
    ELSIF p_is_live AND NOT v_before.is_live THEN
        PERFORM portero.refuse('session_conflict_ended');
    ELSIF p_expires > floor(extract(epoch FROM v_session.expires_at)) OR p_expires < p_started THEN
        PERFORM portero.refuse('session_conflict_expiry');
    ELSIF p_seen < p_started OR p_seen > extract(epoch FROM clock_timestamp()) THEN
        PERFORM portero.refuse('session_conflict_activity');
    ELSIF NOT v_before.is_live AND (p_expires, greatest(p_seen, v_seen), p_device) IS DISTINCT FROM (
        floor(extract(epoch FROM v_session.expires_at))::bigint, v_seen, v_before.device
    ) THEN
        PERFORM portero.refuse('session_conflict_ended');
    END IF;
    IF NOT v_before.is_live THEN
        RETURN v_before;
    END IF;

    v_ends := NOT p_is_live;
    UPDATE portero.sessions s
       SET device = CASE WHEN p_device IS DISTINCT FROM v_before.device THEN p_device ELSE s.device END,
           -- What was not asked to change keeps its fraction of a second.
           expires_at = CASE
               WHEN p_expires < floor(extract(epoch FROM s.expires_at)) THEN greatest(to_timestamp(p_expires), s.created_at)
               ELSE s.expires_at
           END,
           last_seen_at = CASE WHEN p_seen > v_seen THEN to_timestamp(p_seen) ELSE s.last_seen_at END,
           ended_at = CASE WHEN v_ends THEN now() END,
           ended_reason = CASE WHEN v_ends THEN CASE WHEN s.user_id = p_actor THEN 'logout' ELSE 'revoked' END END
     WHERE s.id = v_session.id;
    v_after := portero.numbered_session(v_session.id);
    PERFORM portero.log(
        p_origin, CASE WHEN v_ends THEN 'authn_token_revoked' ELSE 'session_updated' END, true, NULL,
        v_session.user_id, v_session.id, v_session.organization_id, NULL, p_actor,
        -- But the number: whoever knows it can end the session.
        jsonb_build_object('before', to_jsonb(v_before) - 'number', 'after', to_jsonb(v_after) - 'number')
    );
    RETURN v_after;
END
$$;

-- A session whose person or opener has left, or whose key is gone, can never count again: it ends.
CREATE FUNCTION portero.end_unbacked_session() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.sessions s SET ended_at = now(), ended_reason = 'revoked'
     WHERE s.id = NEW.id AND s.ended_at IS NULL AND s.expires_at > now();
    IF FOUND THEN
        PERFORM portero.log(
            NULL, 'authn_token_revoked', true, 'opening_ended', NEW.user_id, NEW.id, NEW.opened_in
        );
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER sessions_end_unbacked AFTER UPDATE OF organization_id, opened_by, opened_by_key ON portero.sessions
    FOR EACH ROW WHEN (
        NEW.opened_in IS NOT NULL
        AND (NEW.organization_id IS NULL OR (NEW.opened_by IS NULL AND NEW.opened_by_key IS NULL))
    ) EXECUTE FUNCTION portero.end_unbacked_session();

-- Opens a session without a password, for an active member of an organization.
--
-- For oneself, or for somebody else by who manages sessions there: a person, or the organization's program by its service
-- key, where the request's host leads to that organization. Whoever opens it for somebody else must be able to do all that
-- its person can there, and it works nowhere else (decision 20). What is opened from such a session, for whomever, is opened
-- by whoever opened that.
CREATE FUNCTION portero.open_trusted_session(
    p_actor uuid, p_session uuid, p_organization uuid, p_key uuid, p_host text, p_slug text, p_user_number bigint,
    p_new_session uuid, p_number bigint, p_lifetime interval, p_device text, p_token_expires bigint, p_origin portero.origin,
    OUT user_id uuid, OUT context_code bytea, OUT session_facts portero.numbered_session
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_own boolean := coalesce((SELECT u.number = p_user_number FROM portero.users u WHERE u.id = p_actor), false);
    v_rights text[];
    v_opened_in uuid := CASE WHEN NOT v_own THEN p_organization END;
    v_opened_by uuid := CASE WHEN NOT v_own THEN p_actor END;
    v_opened_by_key uuid := p_key;
    v_from portero.sessions;
BEGIN
    IF p_key IS NOT NULL THEN
        v_rights := portero.service_key_rights(p_key, p_organization);
        IF v_rights IS NULL OR p_organization <> portero.require_bound_organization(p_host, p_slug) THEN
            PERFORM portero.refuse('service_key_refused');
        ELSIF NOT 'manage_sessions' = ANY (v_rights) THEN
            PERFORM portero.refuse('permission_missing');
        END IF;
    ELSIF NOT v_own THEN
        v_rights := portero.require(p_actor, p_organization, 'manage_sessions');
    END IF;
    -- The person is held, as at a login: whoever ends all their sessions waits, and ends this one too.
    SELECT u.id INTO open_trusted_session.user_id
      FROM portero.users u
      JOIN portero.memberships m ON m.user_id = u.id AND m.organization_id = p_organization AND m.is_active
     WHERE u.number = p_user_number AND u.is_active
       FOR NO KEY UPDATE OF u;
    IF NOT FOUND THEN
        PERFORM portero.refuse('user_not_found');
    END IF;
    IF NOT v_own THEN
        PERFORM portero.require_covering(v_rights, portero.rights(open_trusted_session.user_id, p_organization));
    END IF;
    -- A session that ended while this waited opens nothing.
    IF p_key IS NULL THEN
        SELECT s.* INTO v_from FROM portero.sessions s
         WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now()
           AND CASE WHEN s.opened_in IS NULL THEN true ELSE portero.opening_stands(s) END
           FOR SHARE;
        IF NOT FOUND THEN
            PERFORM portero.refuse('session_ended');
        ELSIF v_from.opened_in IS NOT NULL THEN
            v_opened_in := v_from.opened_in;
            v_opened_by := v_from.opened_by;
            v_opened_by_key := v_from.opened_by_key;
        END IF;
    END IF;
    INSERT INTO portero.sessions (
        id, number, user_id, organization_id, surface, expires_at, address, user_agent, device,
        opened_in, opened_by, opened_by_key
    )
    VALUES (
        p_new_session, p_number, open_trusted_session.user_id, p_organization, p_origin.surface, now() + p_lifetime,
        p_origin.address, p_origin.user_agent, p_device, v_opened_in, v_opened_by, v_opened_by_key
    )
    RETURNING portero.claim_code(claim_key, id, p_token_expires, p_organization) INTO open_trusted_session.context_code;
    PERFORM portero.limit_sessions(open_trusted_session.user_id, p_new_session, p_origin, v_opened_in);
    session_facts := portero.numbered_session(p_new_session);
    PERFORM portero.log(
        p_origin, 'session_created', true, NULL, open_trusted_session.user_id, p_new_session, p_organization, NULL, p_actor,
        jsonb_strip_nulls(
            jsonb_build_object('device', p_device, 'opened_by', v_opened_by, 'service_key', v_opened_by_key)
        )
    );
END
$$;

-- For people who read the database. Its owner alone may, until they grant it: it shows all organizations. A table of that name,
-- left by what Portero replaces, stays as it is, and there is no view.
DO $$
BEGIN
    IF to_regclass('public.sesion') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE VIEW public.sesion AS
    SELECT s.number AS id, u.number AS usuario_id, s.created_at AS fecha_inicio,
           coalesce(s.ended_at, CASE WHEN s.expires_at <= now() THEN s.expires_at END) AS fecha_fin,
           host(s.address) AS ip, s.user_agent
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id;
    COMMENT ON VIEW public.sesion IS 'Sessions by their numbers, as the session-tracking contract names them';
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.end_numbered_session(bigint, uuid, uuid, text, text, portero.origin),
    portero.update_numbered_session(
        uuid, uuid, uuid, bigint, bigint, uuid, bigint, bigint, bigint, boolean, text, portero.origin
    ),
    portero.open_trusted_session(
        uuid, uuid, uuid, uuid, text, text, bigint, uuid, bigint, interval, text, bigint, portero.origin
    )
TO portero_app;
