-- 0008 credentials: codes sent by mail, new passwords, the profile, the outbox, and the first Admin.
--
-- Why    A new password and the end of every session that the old one opened are one transaction.
-- Locks  None.
-- Undo   Forward only.

-- Mails a code, if there is somebody to mail it to and they have not had too many; answers the same in any case.
CREATE FUNCTION portero.request_code(
    p_purpose text, p_email text, p_code uuid, p_mac bytea, p_lifetime interval, p_sealed bytea,
    p_per_minute integer, p_per_day integer, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_user portero.users;
    v_minute integer;
    v_day integer;
    v_reason text;
BEGIN
    -- Locked, so that requests at once are counted one after the other.
    SELECT * INTO v_user FROM portero.users u WHERE u.email_normalized = p_email FOR NO KEY UPDATE;
    SELECT count(*) FILTER (WHERE c.created_at > now() - interval '1 minute'), count(*)
      INTO v_minute, v_day
      FROM portero.one_time_codes c
     WHERE c.user_id = v_user.id AND c.purpose = p_purpose AND c.created_at > now() - interval '1 day';
    v_reason := CASE
        WHEN v_user.id IS NULL THEN 'unknown_account'
        WHEN NOT v_user.is_active THEN 'inactive'
        WHEN p_purpose = 'verify_email' AND v_user.email_verified_at IS NOT NULL THEN 'already_verified'
        WHEN v_minute >= p_per_minute OR v_day >= p_per_day THEN 'too_many_mails'
    END;
    -- All of it is done in any case, and undone where there is nobody to mail it to: the time it takes tells nothing.
    BEGIN
        PERFORM portero.put_code(
            p_purpose, coalesce(v_user.id, p_code), coalesce(v_user.email, p_email), p_code, p_mac, p_lifetime, p_sealed,
            p_origin.language
        );
        IF v_reason IS NOT NULL THEN
            RAISE EXCEPTION 'not to be mailed' USING ERRCODE = 'PT001';
        END IF;
    EXCEPTION
        WHEN foreign_key_violation OR SQLSTATE 'PT001' THEN NULL;
    END;
    PERFORM portero.log(
        p_origin, CASE p_purpose WHEN 'verify_email' THEN 'authn_verification_request' ELSE 'authn_password_reset_request' END,
        v_reason IS NULL, v_reason, v_user.id, NULL, NULL, p_email
    );
END
$$;

-- Spends one try of the live code of a person, before it is compared: no more than five are, however many come at once.
--
-- Where there is none to try, `user_id` is null and the rest is there to be compared all the same.
CREATE FUNCTION portero.try_code(p_purpose text, p_email text) RETURNS TABLE (code_id uuid, user_id uuid, mac bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN QUERY
    UPDATE portero.one_time_codes c
       SET tries_left = c.tries_left - 1
      FROM portero.users u
     WHERE u.email_normalized = p_email AND u.is_active
       AND c.user_id = u.id AND c.purpose = p_purpose
       AND c.used_at IS NULL AND c.replaced_at IS NULL AND c.expires_at > now() AND c.tries_left > 0
    RETURNING c.id, u.id, c.mac;
    IF NOT FOUND THEN
        RETURN QUERY
        UPDATE portero.absent_codes a SET tries = a.tries + 1 WHERE a.slot = hashtext(p_email) & 255
        RETURNING a.id, NULL::uuid, a.mac;
    END IF;
END
$$;

CREATE FUNCTION portero.code_failed(p_purpose text, p_user uuid, p_email text, p_origin portero.origin) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT portero.log(
        p_origin, CASE p_purpose WHEN 'verify_email' THEN 'authn_verification_fail' ELSE 'authn_password_reset_fail' END,
        false, 'wrong_or_expired_code', p_user, NULL, NULL, p_email
    )
$$;

-- Ends what an old password opened: sessions (but one, or none), codes, and the counting of failures.
CREATE FUNCTION portero.forget_password(
    p_user uuid, p_hash text, p_except uuid, p_reason text, p_identity bytea, p_language text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.mail_outbox (id, kind, recipient, language)
    SELECT gen_random_uuid(), 'password_changed', u.email, p_language FROM portero.users u WHERE u.id = p_user;
    UPDATE portero.sessions s SET ended_at = now(), ended_reason = p_reason
     WHERE s.user_id = p_user AND s.id IS DISTINCT FROM p_except AND s.ended_at IS NULL;
    UPDATE portero.one_time_codes c SET replaced_at = now()
     WHERE c.user_id = p_user AND c.purpose = 'reset_password' AND c.used_at IS NULL AND c.replaced_at IS NULL;
    -- In the order in which a try at a login takes them: the networks, then everywhere.
    DELETE FROM portero.login_failures f WHERE f.identity = p_identity AND f.network <> '::/0';
    DELETE FROM portero.login_failures f WHERE f.identity = p_identity AND f.network = '::/0';
    UPDATE portero.users u SET password_hash = p_hash WHERE u.id = p_user;
END
$$;

-- Sets a new password for whoever had the right code; false when somebody was faster or the account is closed.
CREATE FUNCTION portero.reset_password(
    p_code uuid, p_user uuid, p_hash text, p_identity bytea, p_origin portero.origin
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    -- The person first, as everywhere: logins that are under way wait, and then find another hash.
    PERFORM FROM portero.users u WHERE u.id = p_user AND u.is_active FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE portero.one_time_codes c SET used_at = now()
     WHERE c.id = p_code AND c.user_id = p_user AND c.used_at IS NULL AND c.replaced_at IS NULL AND c.expires_at > now();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- Whoever reads the mails of an address owns it.
    UPDATE portero.users u SET email_verified_at = coalesce(u.email_verified_at, now()) WHERE u.id = p_user;
    PERFORM portero.forget_password(p_user, p_hash, NULL, 'password_reset', p_identity, p_origin.language);
    PERFORM portero.log(p_origin, 'authn_password_change', true, 'reset', p_user, NULL);
    RETURN true;
END
$$;

-- Sets a new password for somebody whose old one was checked; false when the session or the account has ended meanwhile.
CREATE FUNCTION portero.change_password(
    p_user uuid, p_session uuid, p_organization uuid, p_old_hash text, p_hash text, p_identity bytea,
    p_origin portero.origin
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_hash text;
BEGIN
    SELECT u.password_hash INTO v_hash FROM portero.users u WHERE u.id = p_user AND u.is_active FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM portero.sessions s WHERE s.id = p_session AND s.ended_at IS NULL AND s.expires_at > now()
    ) THEN
        RETURN false;
    END IF;
    IF v_hash IS DISTINCT FROM p_old_hash THEN
        PERFORM portero.refuse('password_changed_meanwhile');
    END IF;
    PERFORM portero.forget_password(
        p_user, p_hash, p_session, 'password_changed', p_identity, p_origin.language
    );
    PERFORM portero.log(p_origin, 'authn_password_change', true, NULL, p_user, p_session, p_organization);
    RETURN true;
END
$$;

CREATE FUNCTION portero.verify_email(p_code uuid, p_user uuid, p_origin portero.origin) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    -- The person first, as everywhere: whoever replaces the code waits, or this for them.
    PERFORM FROM portero.users u WHERE u.id = p_user FOR NO KEY UPDATE;
    UPDATE portero.one_time_codes c SET used_at = now()
     WHERE c.id = p_code AND c.user_id = p_user AND c.used_at IS NULL AND c.replaced_at IS NULL AND c.expires_at > now();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE portero.users u SET email_verified_at = coalesce(u.email_verified_at, now()) WHERE u.id = p_user;
    PERFORM portero.log(p_origin, 'user_updated', true, 'email_verified', p_user, NULL);
    RETURN true;
END
$$;

CREATE FUNCTION portero.rename_user(
    p_user uuid, p_full_name text, p_session uuid, p_organization uuid, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.users u SET full_name = p_full_name WHERE u.id = p_user AND u.full_name <> p_full_name;
    IF FOUND THEN
        PERFORM portero.log(p_origin, 'user_updated', true, 'full_name', p_user, p_session, p_organization);
    END IF;
END
$$;

-- Takes mails that are due; they come back after the lease unless they are reported.
CREATE FUNCTION portero.claim_mails(p_count integer, p_lease interval)
RETURNS TABLE (
    id uuid, kind text, recipient text, language text, sealed bytea, attempts integer, created_at timestamptz
)
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    UPDATE portero.mail_outbox m
       SET attempts = m.attempts + 1, next_attempt_at = now() + p_lease
     WHERE m.id IN (
           SELECT d.id FROM portero.mail_outbox d
            WHERE d.sent_at IS NULL AND d.failed_at IS NULL AND d.next_attempt_at <= now()
            ORDER BY d.next_attempt_at
            LIMIT p_count
              FOR UPDATE SKIP LOCKED
     )
    RETURNING m.id, m.kind, m.recipient, m.language, m.sealed, m.attempts, m.created_at
$$;

-- Reports what became of a mail: sent, to be tried again after `p_retry`, or given up.
CREATE FUNCTION portero.report_mail(p_mail uuid, p_sent boolean, p_retry interval, p_failure text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    UPDATE portero.mail_outbox m
       SET sent_at = CASE WHEN p_sent THEN now() END,
           failed_at = CASE WHEN NOT p_sent AND p_retry IS NULL THEN now() END,
           sealed = CASE WHEN p_sent OR p_retry IS NULL THEN NULL ELSE m.sealed END,
           next_attempt_at = now() + coalesce(p_retry, interval '0'),
           failure = p_failure
     WHERE m.id = p_mail AND m.sent_at IS NULL
$$;

-- Forgets, ten thousand at a time, what nothing depends on any more; answers how many rows went.
CREATE FUNCTION portero.tidy() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_count integer;
    v_total integer := 0;
BEGIN
    DELETE FROM portero.login_failures f WHERE f.ctid IN (
        SELECT o.ctid FROM portero.login_failures o
         WHERE o.window_started < now() - interval '2 days' AND coalesce(o.locked_until < now(), true)
         LIMIT 10000
           FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS v_total = ROW_COUNT;
    DELETE FROM portero.mail_outbox m WHERE m.id IN (
        SELECT o.id FROM portero.mail_outbox o
         WHERE o.created_at < now() - interval '30 days' AND (o.sent_at IS NOT NULL OR o.failed_at IS NOT NULL)
         LIMIT 10000
    );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_total := v_total + v_count;
    DELETE FROM portero.one_time_codes c WHERE c.id IN (
        SELECT o.id FROM portero.one_time_codes o WHERE o.expires_at < now() - interval '30 days' LIMIT 10000
    );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_total := v_total + v_count;
    -- Tokens before their session, which would take all of its own at once. Those of a live session stay: a used one that
    -- comes back ends it, however old.
    DELETE FROM portero.refresh_tokens t WHERE t.digest IN (
        SELECT o.digest
          FROM portero.sessions s
          JOIN portero.refresh_tokens o ON o.session_id = s.id
         WHERE coalesce(s.ended_at, s.expires_at) < now() - interval '30 days'
         LIMIT 10000
    );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_total := v_total + v_count;
    DELETE FROM portero.sessions s WHERE s.id IN (
        SELECT o.id FROM portero.sessions o
         WHERE coalesce(o.ended_at, o.expires_at) < now() - interval '30 days'
           AND NOT EXISTS (SELECT FROM portero.refresh_tokens t WHERE t.session_id = o.id)
         LIMIT 10000
    );
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_total + v_count;
END
$$;

GRANT EXECUTE ON FUNCTION
    portero.tidy(),
    portero.request_code(text, text, uuid, bytea, interval, bytea, integer, integer, portero.origin),
    portero.try_code(text, text),
    portero.code_failed(text, uuid, text, portero.origin),
    portero.reset_password(uuid, uuid, text, bytea, portero.origin),
    portero.change_password(uuid, uuid, uuid, text, text, bytea, portero.origin),
    portero.verify_email(uuid, uuid, portero.origin),
    portero.rename_user(uuid, text, uuid, uuid, portero.origin),
    portero.claim_mails(integer, interval),
    portero.report_mail(uuid, boolean, interval, text)
TO portero_app;

-- Makes a member with the role Admin, or promotes the account with that address, whose password stays unless a hash is given.
--
-- `outcome` is 'created', 'promoted', 'reopened' (promoted, and it was closed), or 'no_organization'. For the owner only:
-- nothing is granted.
CREATE FUNCTION portero.make_admin(
    p_user uuid, p_email text, p_full_name text, p_username text, p_hash text, p_identity bytea,
    p_organization text, p_origin portero.origin,
    OUT outcome text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_organization uuid;
    v_role uuid;
    v_user uuid;
    v_active boolean;
BEGIN
    SELECT o.id, r.id INTO v_organization, v_role
      FROM portero.organizations o
      JOIN portero.roles r ON r.organization_id = o.id AND r.built_in AND r.name = 'Admin'
     WHERE o.slug = p_organization;
    IF NOT FOUND THEN
        outcome := 'no_organization';
        RETURN;
    END IF;
    SELECT u.id, u.is_active INTO v_user, v_active
      FROM portero.users u WHERE u.email_normalized = lower(p_email COLLATE "C") FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO portero.users (id, email, full_name, username, password_hash, email_verified_at)
        VALUES (p_user, p_email, p_full_name, p_username, p_hash, now());
        v_user := p_user;
        outcome := 'created';
        PERFORM portero.log(p_origin, 'user_created', true, 'command_line', v_user, NULL, v_organization, p_email);
    ELSE
        outcome := CASE WHEN v_active THEN 'promoted' ELSE 'reopened' END;
        IF NOT v_active THEN
            -- An Admin who cannot log in is none.
            UPDATE portero.users u SET is_active = true WHERE u.id = v_user;
            PERFORM portero.log(p_origin, 'user_updated', true, 'activated', v_user, NULL);
        END IF;
        IF p_hash IS NOT NULL THEN
            PERFORM portero.forget_password(v_user, p_hash, NULL, 'password_reset', p_identity, p_origin.language);
            PERFORM portero.log(p_origin, 'authn_password_change', true, 'command_line', v_user, NULL);
        END IF;
    END IF;
    INSERT INTO portero.memberships (organization_id, user_id, role_id) VALUES (v_organization, v_user, v_role)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET role_id = v_role, is_active = true;
    PERFORM portero.log(
        p_origin, 'authz_change', true, 'command_line', v_user, NULL, v_organization, p_email, NULL,
        jsonb_build_object('role', 'Admin')
    );
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
