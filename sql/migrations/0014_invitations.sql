-- 0014 invitations: asking people in by mail, and what becomes of it.
--
-- Why    A token is stored as SHA-256, its waiting mail sealed. Whoever holds it has read the mail of the address: accepting
--        proves the address as a reset code does, opens a session, and is one transaction with the membership and the row of
--        auth_logs. One of many at once wins. Locks go person, organization, invitation, as everywhere.
-- Locks  New tables; on mail_outbox and roles for a moment, for an index and a trigger.
-- Undo   Forward only.

CREATE TABLE portero.invitations (
    id               uuid        PRIMARY KEY,
    organization_id  uuid        NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    email            text        NOT NULL,
    email_normalized text        NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
    -- Held while it is pending; afterwards the name alone is remembered, and the role may go.
    role_id          uuid,
    role_name        text        NOT NULL,
    digest           bytea       NOT NULL,
    invited_by       uuid        REFERENCES portero.users (id) ON DELETE SET NULL,
    status           text        NOT NULL DEFAULT 'pending',
    created_at       timestamptz NOT NULL DEFAULT now(),
    expires_at       timestamptz NOT NULL,
    ended_at         timestamptz,

    CONSTRAINT invitations_digest_key UNIQUE (digest),
    CONSTRAINT invitations_digest_length CHECK (length(digest) = 32),
    CONSTRAINT invitations_email_shape CHECK (email ~ '^[!-~]+@[!-~]+$' AND length(email) <= 254),
    CONSTRAINT invitations_status_known CHECK (status IN ('pending', 'accepted', 'refused', 'revoked', 'expired')),
    CONSTRAINT invitations_pending_or_ended CHECK (
        (status = 'pending') = (role_id IS NOT NULL) AND (status = 'pending') = (ended_at IS NULL)
    ),
    CONSTRAINT invitations_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES portero.roles (organization_id, id)
);

CREATE UNIQUE INDEX invitations_pending_key ON portero.invitations (organization_id, email_normalized)
    WHERE status = 'pending';
CREATE INDEX invitations_pending_by_email ON portero.invitations (email_normalized) WHERE status = 'pending';
CREATE INDEX invitations_by_age ON portero.invitations (organization_id, created_at, id);
CREATE INDEX invitations_by_role ON portero.invitations (organization_id, role_id) WHERE role_id IS NOT NULL;
CREATE INDEX invitations_by_inviter ON portero.invitations (invited_by);

ALTER TABLE portero.invitations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.invitations TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON portero.invitations TO portero_app USING (organization_id = portero.current_organization());
GRANT SELECT (
    id, organization_id, email, email_normalized, role_id, role_name, invited_by, status, created_at, expires_at, ended_at
) ON portero.invitations TO portero_app;

-- How many invitations were mailed to an address today.
CREATE INDEX mail_outbox_invitations ON portero.mail_outbox (lower(recipient COLLATE "C"), created_at)
    WHERE kind = 'invitation';

-- Ends a pending invitation, which keeps its role's name and lets go of the role. Whoever asks for an end writes that down;
-- of what ends by itself, this does.
CREATE FUNCTION portero.end_invitation(p_invitation uuid, p_status text, p_reason text DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    WITH ended AS (
        UPDATE portero.invitations i
           SET status = p_status, ended_at = now(), role_id = NULL,
               role_name = coalesce((SELECT r.name FROM portero.roles r WHERE r.id = i.role_id), i.role_name)
         WHERE i.id = p_invitation AND i.status = 'pending'
        RETURNING i.organization_id, i.email_normalized
    )
    SELECT portero.log(
               NULL, 'invitation_' || p_status, true, p_reason, NULL, NULL, ended.organization_id, ended.email_normalized, NULL,
               jsonb_build_object('invitation', p_invitation)
           )
      FROM ended WHERE p_status = 'expired' OR p_reason IS NOT NULL
$$;

-- Whoever was sent away does not come back by an invitation from before.
CREATE FUNCTION portero.revoke_invitations_of_member() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.end_invitation(i.id, 'revoked', 'membership_ended')
       FROM portero.invitations i
       JOIN portero.users u ON u.email_normalized = i.email_normalized
      WHERE u.id = OLD.user_id AND i.organization_id = OLD.organization_id AND i.status = 'pending';
    RETURN NULL;
END
$$;

CREATE TRIGGER memberships_revoke_invitations AFTER DELETE ON portero.memberships
    FOR EACH ROW EXECUTE FUNCTION portero.revoke_invitations_of_member();
CREATE TRIGGER memberships_revoke_invitations_asleep AFTER UPDATE OF is_active ON portero.memberships
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION portero.revoke_invitations_of_member();

-- A role goes with the invitations to it that nobody can accept any more; one that somebody can keeps it.
CREATE FUNCTION portero.close_expired_invitations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.end_invitation(i.id, 'expired') FROM portero.invitations i
      WHERE i.organization_id = OLD.organization_id AND i.role_id = OLD.id AND i.expires_at <= now();
    RETURN OLD;
END
$$;

CREATE TRIGGER roles_close_expired_invitations BEFORE DELETE ON portero.roles
    FOR EACH ROW EXECUTE FUNCTION portero.close_expired_invitations();

-- Refuses an invitation to what is no role of the organization, and to one with more rights than the inviter has.
CREATE FUNCTION portero.require_role_to_give(p_organization uuid, p_role uuid, p_rights text[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_name text;
BEGIN
    -- Held, so that it is neither deleted nor made mightier meanwhile.
    SELECT r.name INTO v_name FROM portero.roles r WHERE r.organization_id = p_organization AND r.id = p_role FOR SHARE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('invitations_role_fkey');
    END IF;
    PERFORM portero.require_covering(
        p_rights,
        ARRAY(
            SELECT p.name FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
             WHERE rp.role_id = p_role
        )
    );
    RETURN v_name;
END
$$;

CREATE FUNCTION portero.require_no_member(p_organization uuid, p_email text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id
         WHERE m.organization_id = p_organization AND m.is_active AND u.email_normalized = p_email
    ) THEN
        PERFORM portero.refuse('already_member');
    END IF;
END
$$;

-- Queues the mail of an invitation, or answers in how many seconds another may go to this address: ten a day, whoever sends.
CREATE FUNCTION portero.mail_invitation(p_mail uuid, p_email text, p_sealed bytea, p_language text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_normalized text := lower(p_email COLLATE "C");
    v_tenth timestamptz;
BEGIN
    -- Those who invite the same address at once are counted one after the other.
    PERFORM pg_advisory_xact_lock(hashtextextended('portero invitations to ' || v_normalized, 0));
    SELECT m.created_at INTO v_tenth FROM portero.mail_outbox m
     WHERE m.kind = 'invitation' AND lower(m.recipient COLLATE "C") = v_normalized
       AND m.created_at > now() - interval '1 day'
     ORDER BY m.created_at DESC OFFSET 9 LIMIT 1;
    IF FOUND THEN
        RETURN greatest(1, ceil(extract(epoch FROM v_tenth + interval '1 day' - now())));
    END IF;
    INSERT INTO portero.mail_outbox (id, kind, recipient, language, sealed)
    VALUES (p_mail, 'invitation', p_email, p_language, p_sealed);
    RETURN NULL;
END
$$;

-- Invites an address to a role. `retry_after` is null unless too many invitations were mailed there: then nothing is done.
--
-- The audit trail names no person: an organization is not told whether an address has an account.
CREATE FUNCTION portero.invite(
    p_actor uuid, p_session uuid, p_organization uuid, p_invitation uuid, p_email text, p_role uuid, p_digest bytea,
    p_lifetime interval, p_mail uuid, p_sealed bytea, p_origin portero.origin,
    OUT retry_after integer, OUT role_name text, OUT created_at timestamptz, OUT expires_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_email text := lower(p_email COLLATE "C");
    v_rights text[];
BEGIN
    -- The organization first, as everywhere: its invitations are counted one after the other.
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR NO KEY UPDATE;
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    role_name := portero.require_role_to_give(p_organization, p_role, v_rights);
    PERFORM portero.require_no_member(p_organization, v_email);
    PERFORM portero.end_invitation(i.id, 'expired') FROM portero.invitations i
      WHERE i.organization_id = p_organization AND i.email_normalized = v_email AND i.status = 'pending'
        AND i.expires_at <= now();
    IF (
        SELECT count(*) FROM portero.invitations i
         WHERE i.organization_id = p_organization AND i.status = 'pending' AND i.expires_at > now()
    ) >= 1000 THEN
        PERFORM portero.refuse('too_many_invitations');
    END IF;
    INSERT INTO portero.invitations AS i (
        id, organization_id, email, role_id, role_name, digest, invited_by, expires_at
    )
    VALUES (
        p_invitation, p_organization, p_email, p_role, invite.role_name, p_digest, p_actor, now() + p_lifetime
    )
    RETURNING i.created_at, i.expires_at INTO invite.created_at, invite.expires_at;
    retry_after := portero.mail_invitation(p_mail, p_email, p_sealed, p_origin.language);
    IF retry_after IS NOT NULL THEN
        DELETE FROM portero.invitations i WHERE i.id = p_invitation;
        PERFORM portero.log(
            p_origin, 'invitation_created', false, 'too_many_mails', NULL, p_session, p_organization, v_email, p_actor
        );
        RETURN;
    END IF;
    PERFORM portero.log(
        p_origin, 'invitation_created', true, NULL, NULL, p_session, p_organization, v_email, p_actor,
        jsonb_build_object('invitation', p_invitation, 'after', jsonb_build_object('role_id', p_role, 'role', role_name))
    );
END
$$;

-- Takes an invitation that still waits.
CREATE FUNCTION portero.take_invitation(p_organization uuid, p_invitation uuid) RETURNS portero.invitations
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_invitation portero.invitations;
BEGIN
    SELECT * INTO v_invitation FROM portero.invitations i
     WHERE i.organization_id = p_organization AND i.id = p_invitation FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('invitation_not_found');
    END IF;
    IF v_invitation.status <> 'pending' THEN
        PERFORM portero.refuse('invitation_ended');
    END IF;
    RETURN v_invitation;
END
$$;

-- Mails a pending invitation again, with a new token: the old one is dead.
CREATE FUNCTION portero.resend_invitation(
    p_actor uuid, p_session uuid, p_organization uuid, p_invitation uuid, p_digest bytea, p_lifetime interval,
    p_mail uuid, p_sealed bytea, p_origin portero.origin,
    OUT retry_after integer
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_invitation portero.invitations;
BEGIN
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR NO KEY UPDATE;
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    v_invitation := portero.take_invitation(p_organization, p_invitation);
    PERFORM portero.require_role_to_give(p_organization, v_invitation.role_id, v_rights);
    PERFORM portero.require_no_member(p_organization, v_invitation.email_normalized);
    retry_after := portero.mail_invitation(p_mail, v_invitation.email, p_sealed, p_origin.language);
    IF retry_after IS NULL THEN
        UPDATE portero.invitations i SET digest = p_digest, expires_at = now() + p_lifetime WHERE i.id = p_invitation;
    END IF;
    PERFORM portero.log(
        p_origin, 'invitation_resent', retry_after IS NULL, CASE WHEN retry_after IS NOT NULL THEN 'too_many_mails' END,
        NULL, p_session, p_organization, v_invitation.email_normalized, p_actor,
        jsonb_build_object('invitation', p_invitation)
    );
END
$$;

CREATE FUNCTION portero.revoke_invitation(
    p_actor uuid, p_session uuid, p_organization uuid, p_invitation uuid, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_invitation portero.invitations;
BEGIN
    PERFORM FROM portero.organizations o WHERE o.id = p_organization FOR NO KEY UPDATE;
    PERFORM portero.require(p_actor, p_organization, 'manage_users');
    v_invitation := portero.take_invitation(p_organization, p_invitation);
    PERFORM portero.end_invitation(p_invitation, 'revoked');
    PERFORM portero.log(
        p_origin, 'invitation_revoked', true, NULL, NULL, p_session, p_organization, v_invitation.email_normalized,
        p_actor, jsonb_build_object('invitation', p_invitation)
    );
END
$$;

-- A page of an organization's invitations, newest first, of one status or of all (null), or one of them, each with the total;
-- a row without an invitation where the page is empty. Pending ones whose time is over are expired.
CREATE FUNCTION portero.invitations_of(
    p_organization uuid, p_invitation uuid, p_status text, p_limit integer, p_offset bigint
) RETURNS TABLE (
    total bigint, id uuid, email text, role_id uuid, role_name text, status text, created_at timestamptz,
    expires_at timestamptz, inviter_id uuid, inviter_name text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    WITH told AS (
        SELECT i.*, CASE WHEN i.status = 'pending' AND i.expires_at <= now() THEN 'expired' ELSE i.status END AS state
          FROM portero.invitations i
         WHERE i.organization_id = p_organization AND (p_invitation IS NULL OR i.id = p_invitation)
    ),
    hits AS (SELECT * FROM told t WHERE p_status IS NULL OR t.state = p_status)
    SELECT counted.total, page.id, page.email, page.role_id, coalesce(r.name, page.role_name), page.state,
           page.created_at, page.expires_at, u.id, u.full_name
      FROM (SELECT count(*) AS total FROM hits) counted
      LEFT JOIN (SELECT * FROM hits h ORDER BY h.created_at DESC, h.id DESC LIMIT p_limit OFFSET p_offset) page ON true
      LEFT JOIN portero.roles r ON r.id = page.role_id
      LEFT JOIN portero.users u ON u.id = page.invited_by
     ORDER BY page.created_at DESC, page.id DESC
$$;

-- What a person has been invited to and may still accept. Of an address that nobody has proved, nothing is told.
CREATE FUNCTION portero.invitations_to(p_user uuid)
RETURNS TABLE (
    id uuid, organization_id uuid, organization_name text, organization_slug text, role_id uuid, role_name text,
    inviter_id uuid, inviter_name text, created_at timestamptz, expires_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT i.id, o.id, o.name, o.slug, r.id, r.name, inviter.id, inviter.full_name, i.created_at, i.expires_at
      FROM portero.users u
      JOIN portero.invitations i ON i.email_normalized = u.email_normalized AND i.status = 'pending'
      JOIN portero.organizations o ON o.id = i.organization_id
      JOIN portero.roles r ON r.id = i.role_id
      LEFT JOIN portero.users inviter ON inviter.id = i.invited_by
     WHERE u.id = p_user AND u.email_verified_at IS NOT NULL AND i.expires_at > now()
     ORDER BY i.created_at DESC, i.id DESC
     LIMIT 100
$$;

-- Whom a token invites; no row for one that is unknown or has ended.
CREATE FUNCTION portero.invited(p_digest bytea) RETURNS TABLE (email text, user_id uuid, is_active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
    SELECT i.email, u.id, u.is_active
      FROM portero.invitations i
      LEFT JOIN portero.users u ON u.email_normalized = i.email_normalized
     WHERE i.digest = p_digest AND i.status = 'pending' AND i.expires_at > now()
$$;

-- Accepts an invitation, for the account with its address, or for a new one where a hash is given and there is none.
--
-- `state` is 'accepted', 'not_found', 'inactive' (the account is closed), or 'no_account' (and no hash was given).
-- An account whose address nobody had proved may be a stranger's who registered it first: it loses its password and its
-- sessions, unless whoever accepts is logged in to it (`p_bearer`).
CREATE FUNCTION portero.accept_invitation(
    p_digest bytea, p_bearer uuid, p_user uuid, p_full_name text, p_hash text, p_identity bytea,
    p_session uuid, p_number bigint, p_lifetime interval, p_refresh_digest bytea, p_token_expires bigint,
    p_origin portero.origin,
    OUT state text, OUT user_id uuid, OUT is_new boolean, OUT organization_id uuid, OUT organization_name text,
    OUT organization_slug text, OUT role_id uuid, OUT role_name text, OUT context_code bytea
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_invitation portero.invitations;
    v_user portero.users;
    v_before jsonb;
BEGIN
    state := 'not_found';
    SELECT * INTO v_invitation FROM portero.invitations i WHERE i.digest = p_digest;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- The person first, as everywhere; of several at once, all but one wait here.
    is_new := false;
    IF p_hash IS NOT NULL THEN
        INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
        VALUES (p_user, v_invitation.email, p_full_name, p_hash, now())
        ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING;
        is_new := FOUND;
    END IF;
    SELECT * INTO v_user FROM portero.users u
     WHERE u.email_normalized = v_invitation.email_normalized FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        state := 'no_account';
        RETURN;
    END IF;
    IF NOT v_user.is_active THEN
        PERFORM portero.log_attempt(
            p_origin, 'authn_login_fail', 'inactive', v_user.id, NULL, v_invitation.organization_id,
            v_user.email_normalized, v_user.email_normalized
        );
        state := 'inactive';
        RETURN;
    END IF;
    PERFORM FROM portero.organizations o WHERE o.id = v_invitation.organization_id FOR NO KEY UPDATE;
    SELECT * INTO v_invitation FROM portero.invitations i
     WHERE i.digest = p_digest AND i.status = 'pending' AND i.expires_at > now() FOR UPDATE;
    IF NOT FOUND THEN
        IF is_new THEN
            DELETE FROM portero.users u WHERE u.id = p_user;
        END IF;
        RETURN;
    END IF;

    IF v_user.email_verified_at IS NULL AND v_user.id IS DISTINCT FROM p_bearer THEN
        PERFORM portero.forget_password(v_user.id, NULL, NULL, 'password_reset', p_identity, p_origin.language);
        PERFORM portero.log(
            p_origin, 'authn_password_change', true, 'address_proved_by_another', v_user.id, NULL,
            v_invitation.organization_id
        );
    END IF;
    UPDATE portero.users u
       SET email_verified_at = coalesce(u.email_verified_at, now()), last_login_at = now(),
           last_organization_id = v_invitation.organization_id
     WHERE u.id = v_user.id;
    IF is_new THEN
        PERFORM portero.log(
            p_origin, 'user_created', true, 'invitation', v_user.id, NULL, v_invitation.organization_id,
            v_user.email_normalized
        );
    END IF;

    SELECT jsonb_build_object('role_id', r.id, 'role', r.name, 'is_active', m.is_active) INTO v_before
      FROM portero.memberships m JOIN portero.roles r ON r.id = m.role_id
     WHERE m.organization_id = v_invitation.organization_id AND m.user_id = v_user.id;
    -- Whoever works there already keeps the role that they have.
    INSERT INTO portero.memberships AS m (organization_id, user_id, role_id)
    VALUES (v_invitation.organization_id, v_user.id, v_invitation.role_id)
    ON CONFLICT ON CONSTRAINT memberships_pkey DO UPDATE SET role_id = excluded.role_id, is_active = true
    WHERE NOT m.is_active;
    PERFORM portero.end_invitation(v_invitation.id, 'accepted');
    SELECT o.id, o.name, o.slug, r.id, r.name
      INTO accept_invitation.organization_id, accept_invitation.organization_name, accept_invitation.organization_slug,
           accept_invitation.role_id, accept_invitation.role_name
      FROM portero.memberships m
      JOIN portero.organizations o ON o.id = m.organization_id
      JOIN portero.roles r ON r.id = m.role_id
     WHERE m.organization_id = v_invitation.organization_id AND m.user_id = v_user.id;

    INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at, address, user_agent)
    VALUES (
        p_session, p_number, v_user.id, v_invitation.organization_id, p_origin.surface, now() + p_lifetime,
        p_origin.address, p_origin.user_agent
    );
    context_code := portero.claim_mac(p_session, p_token_expires, v_invitation.organization_id);
    PERFORM portero.limit_sessions(v_user.id, p_session, p_origin);
    INSERT INTO portero.refresh_tokens (digest, session_id) VALUES (p_refresh_digest, p_session);
    PERFORM portero.log(
        p_origin, 'invitation_accepted', true, NULL, v_user.id, p_session, v_invitation.organization_id,
        v_user.email_normalized, NULL,
        jsonb_build_object(
            'invitation', v_invitation.id, 'before', v_before,
            'after', jsonb_build_object('role_id', role_id, 'role', role_name, 'is_active', true)
        )
    );
    PERFORM portero.log(
        p_origin, 'authn_login_success', true, 'invitation', v_user.id, p_session, v_invitation.organization_id
    );
    state := 'accepted';
    user_id := v_user.id;
END
$$;

-- Refuses an invitation; false where there is none to refuse.
CREATE FUNCTION portero.refuse_invitation(p_digest bytea, p_origin portero.origin) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_invitation portero.invitations;
BEGIN
    SELECT * INTO v_invitation FROM portero.invitations i
     WHERE i.digest = p_digest AND i.status = 'pending' AND i.expires_at > now() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM portero.end_invitation(v_invitation.id, 'refused');
    PERFORM portero.log(
        p_origin, 'invitation_refused', true, NULL, NULL, NULL, v_invitation.organization_id,
        v_invitation.email_normalized, NULL, jsonb_build_object('invitation', v_invitation.id)
    );
    RETURN true;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.invite(uuid, uuid, uuid, uuid, text, uuid, bytea, interval, uuid, bytea, portero.origin),
    portero.resend_invitation(uuid, uuid, uuid, uuid, bytea, interval, uuid, bytea, portero.origin),
    portero.revoke_invitation(uuid, uuid, uuid, uuid, portero.origin),
    portero.invitations_of(uuid, uuid, text, integer, bigint),
    portero.invitations_to(uuid),
    portero.invited(bytea),
    portero.accept_invitation(
        bytea, uuid, uuid, text, text, bytea, uuid, bigint, interval, bytea, bigint, portero.origin
    ),
    portero.refuse_invitation(bytea, portero.origin)
TO portero_app;
