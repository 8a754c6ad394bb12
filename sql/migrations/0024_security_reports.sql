-- 0024 security reports: what an organization's audit trail says about logins, and how things stand now.
--
-- Why    One round trip a report. Failures are read from an index alone; what is known of each day comes from log_days and
--        log_addresses (0023).
-- Locks  ACCESS EXCLUSIVE on auth_logs and sessions while the indexes are made.
-- Undo   Forward only.

-- By no organization, for a password is the same in all of them, wherever it was changed.
CREATE INDEX auth_logs_password_changes ON portero.auth_logs (occurred_at, user_id) WHERE event = 'authn_password_change';
-- When a session was over, or will be.
CREATE INDEX sessions_of_organization_by_end ON portero.sessions (organization_id, coalesce(ended_at, expires_at))
    WHERE organization_id IS NOT NULL;

-- A report of the last `p_days` days in UTC, today included, line by line:
--
--   failed, succeeded   `rows` tries to log in here
--   addresses           `rows` different addresses that tried, with or without success
--   locked              `rows` different accounts that were locked out
--   day                 `rows` failures of a `day`; a line for each day, the oldest first
--   top_address         the ten addresses that failed most, with how often
--   top_email           the ten accounts that were failed for most, with how often; also those that do not exist
--
-- and what looks like an attack, the latest five of each kind:
--
--   token_reuse         a refresh token that had been used came back: it was stolen, or a client keeps two copies
--   many_accounts       one address failed for `rows` accounts, five at least
--   lockout             an account was locked out `rows` times
--   many_addresses      `rows` addresses, five at least, failed for one account
CREATE FUNCTION portero.security_report(p_actor uuid, p_organization uuid, p_days integer)
RETURNS TABLE (
    kind text, day text, address text, email text, user_number bigint, rows bigint, first_seen timestamptz,
    last_seen timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp SET timezone = 'UTC' SET jit = off
    SET work_mem = '64MB'
AS $$
DECLARE
    v_from date := current_date - (p_days - 1);
    v_counted date := (SELECT greatest(t.counted_until, v_from) FROM portero.log_tally t);
BEGIN
    PERFORM portero.require_to_read(p_actor, p_organization, 'view_audit_log');

    RETURN QUERY
    SELECT 'day', to_char(d.day, 'YYYY-MM-DD'), null, null, null::bigint, coalesce(f.rows, 0)::bigint, null::timestamptz, null::timestamptz
      FROM generate_series(v_from::timestamp, current_date::timestamp, interval '1 day') d (day)
      LEFT JOIN (
          SELECT c.day, c.rows FROM portero.log_days c
           WHERE c.organization_id = p_organization AND c.day >= v_from AND c.day < v_counted
             AND c.event = 'authn_login_fail' AND NOT c.success
          UNION ALL
          SELECT l.occurred_at::date, count(*) FROM portero.auth_logs l
           WHERE l.organization_id = p_organization AND l.occurred_at >= v_counted
             AND NOT l.success AND l.event = 'authn_login_fail'
           GROUP BY 1
      ) f ON f.day = d.day
     ORDER BY d.day;

    RETURN QUERY
    SELECT w.kind, null, null, null, null::bigint, w.rows, null::timestamptz, null::timestamptz
      FROM (VALUES
          ('failed', portero.count_logs(p_organization, 'authn_login_fail', false, v_from, null)),
          ('succeeded', portero.count_logs(p_organization, 'authn_login_success', true, v_from, null)),
          ('addresses', (
              SELECT count(*) FROM portero.log_addresses a
               WHERE a.organization_id = p_organization AND a.last_day >= v_from
          ) + (
              SELECT count(*) FROM (
                  SELECT DISTINCT l.address FROM portero.auth_logs l
                   WHERE l.organization_id = p_organization AND l.occurred_at >= v_counted
                     AND portero.is_login(l.event) AND l.address IS NOT NULL
              ) n
               WHERE NOT EXISTS (
                   SELECT FROM portero.log_addresses a
                    WHERE a.organization_id = p_organization AND a.address = n.address AND a.last_day >= v_from
               )
          )),
          ('locked', (
              SELECT count(DISTINCT coalesce(l.user_id::text, l.email)) FROM portero.auth_logs l
               WHERE l.organization_id = p_organization AND l.occurred_at >= v_from
                 AND l.event = 'authn_login_lock' AND l.event <> 'authn_token_created'
          ))
      ) w (kind, rows);

    RETURN QUERY
    WITH failed AS MATERIALIZED (
        SELECT l.address, l.email, count(*) AS times, min(l.occurred_at) AS first_seen, max(l.occurred_at) AS last_seen
          FROM portero.auth_logs l
         WHERE l.organization_id = p_organization AND l.occurred_at >= v_from
           AND NOT l.success AND l.event = 'authn_login_fail'
         GROUP BY l.address, l.email
    ), by_address AS MATERIALIZED (
        SELECT f.address, sum(f.times)::bigint AS times, count(f.email) AS accounts,
               min(f.first_seen) AS first_seen, max(f.last_seen) AS last_seen
          FROM failed f WHERE f.address IS NOT NULL GROUP BY f.address
    ), by_email AS MATERIALIZED (
        SELECT f.email, sum(f.times)::bigint AS times, count(f.address) AS addresses,
               min(f.first_seen) AS first_seen, max(f.last_seen) AS last_seen
          FROM failed f WHERE f.email IS NOT NULL GROUP BY f.email
    )
    (SELECT 'top_address', null::text, host(a.address), null::text, null::bigint, a.times, a.first_seen, a.last_seen
       FROM by_address a ORDER BY a.times DESC, a.address LIMIT 10)
    UNION ALL
    (SELECT 'top_email', null, null, e.email, null, e.times, e.first_seen, e.last_seen
       FROM by_email e ORDER BY e.times DESC, e.email LIMIT 10)
    UNION ALL
    (SELECT 'token_reuse', null, host(l.address), null, u.number, 1, l.occurred_at, l.occurred_at
       FROM portero.auth_logs l LEFT JOIN portero.users u ON u.id = l.user_id
      WHERE l.organization_id = p_organization AND l.occurred_at >= v_from
        AND l.event = 'authn_token_reuse' AND l.event <> 'authn_token_created'
      ORDER BY l.occurred_at DESC, l.id DESC LIMIT 5)
    UNION ALL
    (SELECT 'many_accounts', null, host(a.address), null, null, a.accounts, a.first_seen, a.last_seen
       FROM by_address a WHERE a.accounts >= 5 ORDER BY a.last_seen DESC, a.address LIMIT 5)
    UNION ALL
    (SELECT 'lockout', null, null, l.email, u.number, count(*), min(l.occurred_at), max(l.occurred_at)
       FROM portero.auth_logs l LEFT JOIN portero.users u ON u.id = l.user_id
      WHERE l.organization_id = p_organization AND l.occurred_at >= v_from
        AND l.event = 'authn_login_lock' AND l.event <> 'authn_token_created'
      GROUP BY l.email, u.number ORDER BY max(l.occurred_at) DESC, l.email LIMIT 5)
    UNION ALL
    (SELECT 'many_addresses', null, null, e.email, null, e.addresses, e.first_seen, e.last_seen
       FROM by_email e WHERE e.addresses >= 5 ORDER BY e.last_seen DESC, e.email LIMIT 5);
END
$$;

-- How an organization stands now: members and those of them who may log in, sessions that work in it (as they are listed), what
-- happened in the last 24 hours. Locked are accounts whose last lock here, which holds for `p_lock`, has not run out nor ended by
-- a new password; passwords are those of its members.
CREATE FUNCTION portero.security_stats(p_actor uuid, p_organization uuid, p_lock interval)
RETURNS TABLE (
    members bigint, active_members bigint, live_sessions bigint, failed_logins bigint, successful_logins bigint,
    locked_accounts bigint, password_resets bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp SET jit = off ROWS 1
AS $$
BEGIN
    PERFORM portero.require_to_read(p_actor, p_organization, 'view_audit_log');
    RETURN QUERY
    SELECT m.members, m.active,
           (SELECT count(*) FROM portero.session_directory d
             WHERE d.organization_id = p_organization AND d.expires_at > now())
               - cardinality(portero.unbacked_sessions(p_organization)),
           l.failed, l.succeeded,
           (SELECT count(DISTINCT coalesce(k.user_id::text, k.email)) FROM portero.auth_logs k
             WHERE k.organization_id = p_organization AND k.occurred_at > now() - p_lock
               AND k.event = 'authn_login_lock' AND k.event <> 'authn_token_created'
               AND NOT EXISTS (
                   SELECT FROM portero.auth_logs c
                    WHERE c.event = 'authn_password_change' AND c.success AND c.user_id = k.user_id
                      AND c.occurred_at > now() - p_lock AND c.occurred_at > k.occurred_at
               )),
           (SELECT count(*) FROM portero.auth_logs c
              JOIN portero.memberships w ON w.organization_id = p_organization AND w.user_id = c.user_id
             WHERE c.event = 'authn_password_change' AND c.success AND c.reason = 'reset'
               AND c.occurred_at > now() - interval '24 hours')
      FROM (
          SELECT count(*) AS members, count(*) FILTER (WHERE w.is_active AND u.is_active) AS active
            FROM portero.memberships w JOIN portero.users u ON u.id = w.user_id WHERE w.organization_id = p_organization
      ) m,
      (
          SELECT count(*) FILTER (WHERE a.event = 'authn_login_fail') AS failed,
                 count(*) FILTER (WHERE a.event = 'authn_login_success') AS succeeded
            FROM portero.auth_logs a
           WHERE a.organization_id = p_organization AND a.occurred_at > now() - interval '24 hours'
             AND a.event IN ('authn_login_fail', 'authn_login_success')
      ) l;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.security_report(uuid, uuid, integer),
    portero.security_stats(uuid, uuid, interval)
TO portero_app;
