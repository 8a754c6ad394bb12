-- 0025 clean-up: what is over and old, of one organization, goes when somebody who manages it says so.
--
-- Why    Nobody may delete from auth_logs but the owner, so this is the one way, and it writes itself down: a row a batch, in
--        the transaction of the batch, so that what is gone is told of however the rest ends. Nothing younger than 30 days
--        goes, whoever asks.
-- Locks  None.
-- Undo   Forward only.

-- Deletes up to 10,000 rows each of what an organization has that was over `p_days` days ago: refresh tokens of sessions
-- that ended or expired, those sessions, its members' codes that are used, replaced or expired, and rows of its audit
-- trail. `more` says that there is more to delete. A batch after the first that finds nothing is not written down.
CREATE FUNCTION portero.clean_up(
    p_actor uuid, p_session uuid, p_organization uuid, p_days integer, p_is_first boolean, p_origin portero.origin,
    OUT sessions bigint, OUT refresh_tokens bigint, OUT codes bigint, OUT logs bigint, OUT more boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp SET jit = off
AS $$
DECLARE
    v_before timestamptz := now() - make_interval(days => p_days);
    v_last_moment timestamptz;
    v_last_id bigint;
BEGIN
    PERFORM portero.require(p_actor, p_organization, 'manage_organization');
    IF p_days < 30 THEN
        PERFORM portero.refuse('retention_too_short');
    END IF;
    -- One batch of an organization after the other: the second finds what the first has left.
    PERFORM pg_advisory_xact_lock(hashtextextended('portero.clean_up ' || p_organization, 0));

    DELETE FROM portero.refresh_tokens t WHERE t.digest IN (
        SELECT o.digest FROM portero.sessions s JOIN portero.refresh_tokens o ON o.session_id = s.id
         WHERE s.organization_id = p_organization AND coalesce(s.ended_at, s.expires_at) < v_before
         LIMIT 10000
    );
    GET DIAGNOSTICS refresh_tokens = ROW_COUNT;
    sessions := 0;
    -- Before that, deleting a session would delete tokens by the thousand with it.
    IF refresh_tokens < 10000 THEN
        DELETE FROM portero.sessions d WHERE d.id IN (
            SELECT s.id FROM portero.sessions s
             WHERE s.organization_id = p_organization AND coalesce(s.ended_at, s.expires_at) < v_before
             LIMIT 10000
        );
        GET DIAGNOSTICS sessions = ROW_COUNT;
    END IF;
    DELETE FROM portero.one_time_codes d WHERE d.id IN (
        SELECT c.id FROM portero.memberships m JOIN portero.one_time_codes c ON c.user_id = m.user_id
         WHERE m.organization_id = p_organization
           AND least(c.used_at, c.replaced_at, c.expires_at) < v_before
         LIMIT 10000
    );
    GET DIAGNOSTICS codes = ROW_COUNT;
    -- By the last that goes, not by a list of them: one range of one index.
    SELECT o.occurred_at, o.id INTO v_last_moment, v_last_id
      FROM (
          SELECT l.occurred_at, l.id FROM portero.auth_logs l
           WHERE l.organization_id = p_organization AND l.occurred_at < v_before
           ORDER BY l.occurred_at, l.id LIMIT 10000
      ) o
     ORDER BY o.occurred_at DESC, o.id DESC LIMIT 1;
    DELETE FROM portero.auth_logs l
     WHERE l.organization_id = p_organization AND l.occurred_at <= v_last_moment
       AND (l.occurred_at, l.id) <= (v_last_moment, v_last_id);
    GET DIAGNOSTICS logs = ROW_COUNT;
    more := 10000 IN (refresh_tokens, sessions, codes, logs);

    IF p_is_first OR refresh_tokens + sessions + codes + logs > 0 THEN
        PERFORM portero.log(
            p_origin, 'data_cleaned_up', true, NULL, p_actor, p_session, p_organization, NULL, NULL,
            jsonb_build_object(
                'days', p_days, 'before', v_before, 'sessions', sessions, 'refresh_tokens', refresh_tokens,
                'codes', codes, 'logs', logs
            )
        );
    END IF;
END
$$;

-- What an organization has of what is cleaned up, a line a table: all of it, what clean_up would delete now, and how old the
-- oldest is. Sessions count from when they began.
CREATE FUNCTION portero.clean_up_stats(p_actor uuid, p_organization uuid, p_days integer)
RETURNS TABLE (name text, total bigint, old bigint, oldest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp SET jit = off
AS $$
DECLARE
    v_before timestamptz := now() - make_interval(days => p_days);
BEGIN
    PERFORM portero.require_to_read(p_actor, p_organization, 'view_audit_log');
    RETURN QUERY
    SELECT 'sessions', count(*), count(*) FILTER (WHERE coalesce(s.ended_at, s.expires_at) < v_before), min(s.created_at)
      FROM portero.sessions s WHERE s.organization_id = p_organization;
    RETURN QUERY
    SELECT 'refresh_tokens', count(*), count(*) FILTER (WHERE coalesce(s.ended_at, s.expires_at) < v_before),
           min(t.issued_at)
      FROM portero.sessions s JOIN portero.refresh_tokens t ON t.session_id = s.id
     WHERE s.organization_id = p_organization;
    RETURN QUERY
    SELECT 'codes', count(*), count(*) FILTER (WHERE least(c.used_at, c.replaced_at, c.expires_at) < v_before),
           min(c.created_at)
      FROM portero.memberships m JOIN portero.one_time_codes c ON c.user_id = m.user_id
     WHERE m.organization_id = p_organization;
    RETURN QUERY
    SELECT 'logs', portero.count_logs(p_organization, NULL, NULL, NULL, NULL),
           portero.count_logs(p_organization, NULL, NULL, NULL, v_before),
           (SELECT l.occurred_at FROM portero.auth_logs l WHERE l.organization_id = p_organization
             ORDER BY l.occurred_at LIMIT 1);
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.clean_up(uuid, uuid, uuid, integer, boolean, portero.origin),
    portero.clean_up_stats(uuid, uuid, integer)
TO portero_app;
