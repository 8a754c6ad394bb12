-- 0006 login: registering, counting tries, opening sessions.
--
-- Why    Accounts are reached through these functions only. Each is one round trip and one transaction, and writes its
--        auth_logs row in it. They run as the owner; what they may be asked is all that the server may do. What is called often,
--        here and in later migrations, is in plpgsql, which keeps its plans: a function in SQL is parsed and planned anew by
--        each call, and so is a statement that is cheaper once its arguments are known. What a login asks depends on them by IF.
-- Locks  None.
-- Undo   Forward only.

-- Appends to the audit trail.
CREATE FUNCTION portero.log(
    p_origin portero.origin, p_event text, p_success boolean, p_reason text, p_user uuid, p_session uuid,
    p_organization uuid DEFAULT NULL, p_email text DEFAULT NULL, p_actor uuid DEFAULT NULL, p_details jsonb DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.auth_logs (
        event, success, reason, user_id, actor_id, organization_id, session_id, email,
        surface, address, user_agent, request_id, details
    )
    VALUES (
        p_event, p_success, p_reason, p_user, coalesce(p_actor, p_user), p_organization, p_session, p_email,
        p_origin.surface, p_origin.address, p_origin.user_agent, p_origin.request_id, p_details
    );
END
$$;

-- Appends what somebody was refused who tried to come into an organization, or to do something there; outside of any, it is
-- a row like all others.
--
-- Of an account that is no member's, barred or not, the organization is told what was typed and nothing else, as if there
-- were no such account; whose it was and why it failed is kept for the operator. Both ways are one insert: neither takes
-- longer.
CREATE FUNCTION portero.log_attempt(
    p_origin portero.origin, p_event text, p_reason text, p_user uuid, p_session uuid, p_organization uuid,
    p_email text DEFAULT NULL, p_typed text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF p_organization IS NULL OR EXISTS (
        SELECT FROM portero.memberships m WHERE m.organization_id = p_organization AND m.user_id = p_user
    ) THEN
        PERFORM portero.log(p_origin, p_event, false, p_reason, p_user, p_session, p_organization, p_email);
        RETURN;
    END IF;
    INSERT INTO portero.auth_logs (
        event, success, reason, organization_id, email, surface, address, user_agent, request_id,
        concealed_user_id, concealed_session_id, concealed_reason
    )
    VALUES (
        p_event, false,
        -- These are so of accounts that do not exist, too.
        CASE WHEN p_event = 'authz_fail' OR p_reason IN ('locked', 'too_many_failures') THEN p_reason ELSE 'unknown_account' END,
        p_organization, p_typed, p_origin.surface, p_origin.address, p_origin.user_agent, p_origin.request_id,
        p_user, p_session, p_reason
    );
END
$$;

-- Replaces the live code of a purpose, and queues the mail that holds the new one.
CREATE FUNCTION portero.put_code(
    p_purpose text, p_user uuid, p_email text, p_code uuid, p_mac bytea, p_lifetime interval, p_sealed bytea,
    p_language text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.one_time_codes SET replaced_at = now()
     WHERE user_id = p_user AND purpose = p_purpose AND used_at IS NULL AND replaced_at IS NULL;
    INSERT INTO portero.mail_outbox (id, kind, recipient, language, sealed)
    VALUES (p_code, p_purpose, p_email, p_language, p_sealed);
    -- Last, since this is what fails where there is no such person.
    INSERT INTO portero.one_time_codes (id, purpose, user_id, mac, expires_at)
    VALUES (p_code, p_purpose, p_user, p_mac, now() + p_lifetime);
END
$$;

-- A new account and the mail that asks to verify its address. A taken address violates users_email_key.
CREATE FUNCTION portero.register(
    p_user uuid, p_email text, p_full_name text, p_password_hash text,
    p_code uuid, p_mac bytea, p_lifetime interval, p_sealed bytea, p_origin portero.origin,
    OUT created_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.users AS u (id, email, full_name, password_hash)
    VALUES (p_user, p_email, p_full_name, p_password_hash)
    RETURNING u.created_at INTO register.created_at;
    PERFORM portero.put_code(
        'verify_email', p_user, p_email, p_code, p_mac, p_lifetime, p_sealed, p_origin.language
    );
    PERFORM portero.log(p_origin, 'user_created', true, NULL, p_user, NULL, NULL, p_email);
END
$$;

-- Reserves one try at a password.
--
-- `state` is 'go' (with the account, or nulls for one that is unknown), 'locked' (come back in `retry_after` seconds), or
-- 'wait' (as many tries are being hashed now as may still fail). A reservation ends by login_failed or open_session.
-- `p_identifier` is what the account is found by, `p_typed` what somebody wrote. `p_organization` is the one in which the
-- password is asked for, where that is one by itself.
CREATE FUNCTION portero.begin_login(
    p_event text, p_identifier text, p_identity bytea, p_network cidr,
    p_limit integer, p_window interval, p_wide_limit integer, p_wide_window interval, p_origin portero.origin,
    p_organization uuid DEFAULT NULL, p_typed text DEFAULT NULL,
    OUT state text, OUT retry_after integer,
    OUT user_id uuid, OUT password_hash text, OUT is_active boolean, OUT is_verified boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user portero.users;
    v_narrow portero.login_failures;
    v_wide portero.login_failures;
BEGIN
    IF p_identifier LIKE '%@%' THEN
        SELECT * INTO v_user FROM portero.users u WHERE u.email_normalized = p_identifier;
    ELSE
        SELECT * INTO v_user FROM portero.users u WHERE lower(u.username COLLATE "C") = p_identifier;
    END IF;
    user_id := v_user.id;
    password_hash := v_user.password_hash;
    is_active := v_user.is_active;
    is_verified := v_user.email_verified_at IS NOT NULL;
    state := 'go';
    IF p_limit = 0 THEN
        RETURN;
    END IF;

    INSERT INTO portero.login_failures AS f (identity, network, pending) VALUES (p_identity, p_network, 1)
    ON CONFLICT ON CONSTRAINT login_failures_pkey DO UPDATE SET
        failures = CASE WHEN f.window_started + p_window <= now() THEN 0 ELSE f.failures END,
        window_started = CASE WHEN f.window_started + p_window <= now() THEN now() ELSE f.window_started END,
        -- Those that a server left behind when it died.
        pending = CASE WHEN f.pending_since + interval '30 seconds' <= now() THEN 1 ELSE f.pending + 1 END,
        pending_since = now(),
        locked_until = NULL
    WHERE coalesce(f.locked_until <= now(), true)
      AND CASE WHEN f.window_started + p_window <= now() THEN 0 ELSE f.failures END
        + CASE WHEN f.pending_since + interval '30 seconds' <= now() THEN 0 ELSE f.pending END < p_limit
    RETURNING * INTO v_narrow;
    IF NOT FOUND THEN
        SELECT * INTO v_narrow FROM portero.login_failures f WHERE f.identity = p_identity AND f.network = p_network;
        state := CASE WHEN v_narrow.locked_until > now() THEN 'locked' ELSE 'wait' END;
        retry_after := ceil(extract(epoch FROM v_narrow.locked_until - now()));
        IF state = 'locked' THEN
            PERFORM portero.log_attempt(
                p_origin, p_event, 'locked', begin_login.user_id, NULL, p_organization, p_identifier, p_typed
            );
        END IF;
        RETURN;
    END IF;

    -- From everywhere together: counted as failed until it has succeeded.
    INSERT INTO portero.login_failures AS f (identity, network, failures) VALUES (p_identity, '::/0', 1)
    ON CONFLICT ON CONSTRAINT login_failures_pkey DO UPDATE SET
        failures = CASE WHEN f.window_started + p_wide_window <= now() THEN 1 ELSE f.failures + 1 END,
        window_started = CASE WHEN f.window_started + p_wide_window <= now() THEN now() ELSE f.window_started END
    RETURNING * INTO v_wide;
    IF v_wide.failures <= p_wide_limit THEN
        RETURN;
    END IF;
    PERFORM FROM portero.sessions s
      WHERE s.user_id = begin_login.user_id AND s.address <<= p_network AND s.created_at > now() - interval '30 days'
        AND s.opened_in IS NULL
      LIMIT 1;
    IF NOT FOUND THEN
        UPDATE portero.login_failures f SET pending = greatest(f.pending - 1, 0)
         WHERE f.identity = p_identity AND f.network = p_network;
        UPDATE portero.login_failures f SET failures = f.failures - 1
         WHERE f.identity = p_identity AND f.network = '::/0';
        state := 'locked';
        retry_after := ceil(extract(epoch FROM v_wide.window_started + p_wide_window - now()));
        PERFORM portero.log_attempt(
            p_origin, p_event, 'locked', begin_login.user_id, NULL, p_organization, p_identifier, p_typed
        );
    END IF;
END
$$;

-- Ends a reservation. `p_counts` is false where the password was right and something else stood in the way.
-- `p_organization` and `p_typed` as in begin_login.
CREATE FUNCTION portero.login_failed(
    p_event text, p_user uuid, p_email text, p_identity bytea, p_network cidr, p_reason text, p_counts boolean,
    p_limit integer, p_window interval, p_duration interval, p_origin portero.origin,
    p_organization uuid DEFAULT NULL, p_typed text DEFAULT NULL,
    OUT locked_for integer
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF p_limit > 0 AND p_counts THEN
        UPDATE portero.login_failures f
           SET failures = f.failures + 1,
               pending = greatest(f.pending - 1, 0),
               locked_until = CASE WHEN f.failures + 1 >= p_limit THEN now() + p_duration END,
               -- The next window begins when the lock ends.
               window_started = CASE
                   WHEN f.failures + 1 >= p_limit THEN now() + p_duration - p_window ELSE f.window_started
               END
         WHERE f.identity = p_identity AND f.network = p_network
        RETURNING ceil(extract(epoch FROM f.locked_until - now())) INTO locked_for;
    ELSIF p_limit > 0 THEN
        PERFORM portero.release_login(p_identity, p_network);
    END IF;
    PERFORM portero.log_attempt(p_origin, p_event, p_reason, p_user, NULL, p_organization, p_email, p_typed);
    IF locked_for IS NOT NULL THEN
        PERFORM portero.log_attempt(
            p_origin, 'authn_login_lock', 'too_many_failures', p_user, NULL, p_organization, p_email, p_typed
        );
    END IF;
END
$$;

-- Takes a reservation back: nothing failed.
CREATE FUNCTION portero.release_login(p_identity bytea, p_network cidr) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    UPDATE portero.login_failures f SET pending = greatest(f.pending - 1, 0)
     WHERE f.identity = p_identity AND f.network = p_network;
    UPDATE portero.login_failures f SET failures = greatest(f.failures - 1, 0)
     WHERE f.identity = p_identity AND f.network = '::/0';
$$;

-- The organization in which a person's next session begins: the one used last, else the first.
CREATE FUNCTION portero.home_organization(p_user uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT m.organization_id
          FROM portero.memberships m
          JOIN portero.users u ON u.id = m.user_id
         WHERE m.user_id = p_user AND m.is_active
         ORDER BY m.organization_id IS DISTINCT FROM u.last_organization_id, m.created_at, m.organization_id
         LIMIT 1
    );
END
$$;

-- Ends the oldest of a person's live sessions where there are more than a hundred, beside a new one. Those that others opened
-- in an organization are counted by themselves: they push out nobody's own.
CREATE FUNCTION portero.limit_sessions(p_user uuid, p_new uuid, p_origin portero.origin, p_opened_in uuid DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_ended record;
BEGIN
    -- Hardly anybody has so many, and counting is cheap.
    IF (SELECT count(*) FROM portero.sessions s WHERE s.user_id = p_user AND s.ended_at IS NULL) <= 100 THEN
        RETURN;
    END IF;
    FOR v_ended IN
        UPDATE portero.sessions s SET ended_at = now(), ended_reason = 'revoked'
         WHERE s.id IN (
               SELECT o.id FROM portero.sessions o
                WHERE o.user_id = p_user AND o.ended_at IS NULL AND o.expires_at > now() AND o.id <> p_new
                  AND o.opened_in IS NOT DISTINCT FROM p_opened_in
                ORDER BY o.created_at DESC, o.id DESC
               OFFSET 99
         )
        RETURNING s.id, s.organization_id
    LOOP
        PERFORM portero.log(
            p_origin, 'authn_token_revoked', true, 'too_many_sessions', p_user, v_ended.id, v_ended.organization_id
        );
    END LOOP;
END
$$;

-- Opens a session for somebody whose password was right.
--
-- `state` is 'opened', or 'changed' when the account is not what it was when the password was checked. A new hash replaces
-- the old one where the policy asks for it. `context_code` is the claim `ctx` of an access token that ends at
-- `p_token_expires`. The session begins in `p_organization`, of which its person must be an active member, else at home.
CREATE FUNCTION portero.open_session(
    p_user uuid, p_verified_hash text, p_new_hash text, p_session uuid, p_number bigint, p_lifetime interval,
    p_refresh_digest bytea, p_identity bytea, p_network cidr, p_limit integer, p_device text,
    p_token_expires bigint, p_origin portero.origin,
    p_organization uuid DEFAULT NULL, p_reported_address text DEFAULT NULL, p_reported_user_agent text DEFAULT NULL,
    OUT state text, OUT organization_id uuid, OUT context_code bytea
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_may_enter boolean := true;
BEGIN
    IF p_organization IS NOT NULL THEN
        PERFORM FROM portero.memberships m
          WHERE m.organization_id = p_organization AND m.user_id = p_user AND m.is_active;
        v_may_enter := FOUND;
    END IF;
    UPDATE portero.users u
       SET last_login_at = now(), password_hash = coalesce(p_new_hash, u.password_hash)
     WHERE u.id = p_user AND u.password_hash = p_verified_hash AND u.is_active AND v_may_enter;
    IF NOT FOUND THEN
        IF p_limit > 0 THEN
            PERFORM portero.release_login(p_identity, p_network);
        END IF;
        PERFORM portero.log_attempt(p_origin, 'authn_login_fail', 'account_changed', p_user, NULL, p_organization);
        state := 'changed';
        RETURN;
    END IF;
    state := 'opened';
    organization_id := coalesce(p_organization, portero.home_organization(p_user));
    INSERT INTO portero.sessions (
        id, number, user_id, organization_id, surface, expires_at, address, user_agent, device,
        reported_address, reported_user_agent
    )
    VALUES (
        p_session, p_number, p_user, open_session.organization_id, p_origin.surface, now() + p_lifetime,
        p_origin.address, p_origin.user_agent, p_device, p_reported_address, p_reported_user_agent
    )
    RETURNING portero.claim_code(claim_key, id, p_token_expires, sessions.organization_id)
         INTO open_session.context_code;
    PERFORM portero.limit_sessions(p_user, p_session, p_origin);
    IF p_refresh_digest IS NOT NULL THEN
        INSERT INTO portero.refresh_tokens (digest, session_id) VALUES (p_refresh_digest, p_session);
    END IF;
    IF p_limit > 0 THEN
        -- What failed before is forgiven here; tries still being hashed stay counted. Elsewhere it is not forgiven.
        UPDATE portero.login_failures f SET failures = 0, pending = greatest(f.pending - 1, 0)
         WHERE f.identity = p_identity AND f.network = p_network;
        UPDATE portero.login_failures f SET failures = greatest(f.failures - 1, 0)
         WHERE f.identity = p_identity AND f.network = '::/0';
    END IF;
    PERFORM portero.log(
        p_origin, 'authn_login_success', true, NULL, p_user, p_session, open_session.organization_id
    );
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.register(uuid, text, text, text, uuid, bytea, interval, bytea, portero.origin),
    portero.begin_login(text, text, bytea, cidr, integer, interval, integer, interval, portero.origin, uuid, text),
    portero.login_failed(
        text, uuid, text, bytea, cidr, text, boolean, integer, interval, interval, portero.origin, uuid, text
    ),
    portero.release_login(bytea, cidr),
    portero.open_session(
        uuid, text, text, uuid, bigint, interval, bytea, bytea, cidr, integer, text, bigint, portero.origin, uuid, text, text
    )
TO portero_app;
