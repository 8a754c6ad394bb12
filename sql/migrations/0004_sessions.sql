-- 0004 sessions: one row per login, its refresh tokens, the codes sent by mail, and the mails waiting to be sent.
--
-- Why    Tokens are stored as SHA-256, codes as HMAC under a key that is not in the database, waiting mails sealed: a dump
--        of these tables opens nothing.
-- Locks  New tables only.
-- Undo   Forward only.

CREATE TABLE portero.sessions (
    id                  uuid        PRIMARY KEY,
    -- The same session for clients that cannot take a UUID: random, exact in JavaScript.
    number              bigint      NOT NULL,
    user_id             uuid        NOT NULL REFERENCES portero.users (id) ON DELETE CASCADE,
    organization_id     uuid,
    surface             text        NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now(),
    last_seen_at        timestamptz NOT NULL DEFAULT now(),
    expires_at          timestamptz NOT NULL,
    ended_at            timestamptz,
    ended_reason        text,
    address             inet,
    user_agent          text,
    reported_address    text,
    reported_user_agent text,
    device              text,
    -- Proves, inside the database, what the session's access tokens claim. Only the owner's functions read it.
    claim_key           bytea       NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
    -- Where a session works that somebody else opened, and the member or the service key that did; all null for a session that
    -- its person opened by themselves. It stays there, and counts as long as who opened it covers it (0015).
    opened_in           uuid,
    opened_by           uuid,
    opened_by_key       uuid,

    CONSTRAINT sessions_number_key UNIQUE (number),
    CONSTRAINT sessions_number_exact CHECK (number BETWEEN 1 AND 9007199254740991),
    CONSTRAINT sessions_ended_with_reason CHECK ((ended_at IS NULL) = (ended_reason IS NULL)),
    CONSTRAINT sessions_ended_reason_known CHECK (ended_reason IN (
        'logout', 'logout_all', 'revoked', 'password_changed', 'password_reset', 'address_changed', 'token_reuse',
        'deactivated'
    )),
    -- The active organization is one that the person is a member of.
    CONSTRAINT sessions_membership_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES portero.memberships (organization_id, user_id) ON DELETE SET NULL (organization_id),
    CONSTRAINT sessions_opened_by_fkey FOREIGN KEY (opened_in, opened_by)
        REFERENCES portero.memberships (organization_id, user_id) ON DELETE SET NULL (opened_by),
    CONSTRAINT sessions_one_opener CHECK (
        num_nonnulls(opened_by, opened_by_key) <= CASE WHEN opened_in IS NULL THEN 0 ELSE 1 END
    ),
    CONSTRAINT sessions_stay_where_opened CHECK (organization_id = opened_in)
) WITH (fillfactor = 80);

CREATE INDEX sessions_live_by_user ON portero.sessions (user_id, created_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_organization ON portero.sessions (organization_id, user_id) WHERE organization_id IS NOT NULL;
-- For what goes with who opened them: no entry for a login.
CREATE INDEX sessions_by_opener ON portero.sessions (opened_in, opened_by) WHERE opened_by IS NOT NULL;
CREATE INDEX sessions_by_opening_key ON portero.sessions (opened_in, opened_by_key) WHERE opened_by_key IS NOT NULL;
CREATE INDEX sessions_live_opened ON portero.sessions (opened_in) WHERE opened_in IS NOT NULL AND ended_at IS NULL;
-- "Has this person logged in from here before?"
CREATE INDEX sessions_by_user_and_address ON portero.sessions (user_id, address, created_at);

-- Which have been over for long.
CREATE INDEX sessions_by_end ON portero.sessions (coalesce(ended_at, expires_at));

ALTER TABLE portero.sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.sessions TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON portero.sessions TO portero_app USING (organization_id = portero.current_organization());
CREATE POLICY self ON portero.sessions TO portero_app USING (user_id = portero.current_actor());
GRANT SELECT (
    id, number, user_id, organization_id, surface, created_at, last_seen_at, expires_at, ended_at, ended_reason,
    address, user_agent, reported_address, reported_user_agent, device
) ON portero.sessions TO portero_app;

-- Whether a use is to be noted: what is noted already is over a minute before it, or nothing is.
--
-- Without a search path of its own it becomes part of the statement that calls it.
CREATE FUNCTION portero.is_stale(p_noted timestamptz, p_used timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(p_noted < p_used - interval '1 minute', true);

-- SHA-256 under a key of 32 bytes, twice, as in NMAC: key, label (31 bytes) and a number fill the first block of each.
--
-- No HMAC is built in, and `pgcrypto` would have to be installed by an administrator.
CREATE FUNCTION portero.keyed_hash(p_key bytea, p_label bytea, p_message bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(p_key || p_label || '\x02'::bytea || sha256(p_key || p_label || '\x01'::bytea || p_message));

-- The claim `ctx` of an access token: what a session, the token's last second and its organization come to.
CREATE FUNCTION portero.claim_code(p_key bytea, p_session uuid, p_expires bigint, p_organization uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN portero.keyed_hash(
    p_key, 'portero access token claims v1.'::bytea,
    uuid_send(p_session) || int8send(p_expires)
        || uuid_send(coalesce(p_organization, '00000000-0000-0000-0000-000000000000'::uuid))
);

-- The same for gates that have not read the session's key; null where there is no such session.
CREATE FUNCTION portero.claim_mac(p_session uuid, p_expires bigint, p_organization uuid) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT portero.claim_code(s.claim_key, s.id, p_expires, p_organization)
          FROM portero.sessions s WHERE s.id = p_session
    );
END
$$;

CREATE TABLE portero.refresh_tokens (
    digest     bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES portero.sessions (id) ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz,
    -- The successor is derived from the presented token and this nonce: neither alone gives it away.
    nonce      bytea,
    successor  bytea,

    CONSTRAINT refresh_tokens_digest_length CHECK (length(digest) = 32),
    CONSTRAINT refresh_tokens_used_once CHECK (
        (used_at IS NULL) = (nonce IS NULL) AND (used_at IS NULL) = (successor IS NULL)
    )
) WITH (fillfactor = 70);

CREATE INDEX refresh_tokens_by_session ON portero.refresh_tokens (session_id);

CREATE TABLE portero.one_time_codes (
    id          uuid        PRIMARY KEY,
    purpose     text        NOT NULL,
    user_id     uuid        NOT NULL REFERENCES portero.users (id) ON DELETE CASCADE,
    mac         bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    tries_left  smallint    NOT NULL DEFAULT 5,
    used_at     timestamptz,
    replaced_at timestamptz,

    CONSTRAINT one_time_codes_purpose_known CHECK (purpose IN ('reset_password', 'verify_email')),
    CONSTRAINT one_time_codes_tries CHECK (tries_left BETWEEN 0 AND 5)
) WITH (fillfactor = 70);

-- Only the newest counts.
CREATE UNIQUE INDEX one_time_codes_live ON portero.one_time_codes (user_id, purpose)
    WHERE used_at IS NULL AND replaced_at IS NULL;
-- How many were mailed in the last minute and day.
CREATE INDEX one_time_codes_by_age ON portero.one_time_codes (user_id, purpose, created_at);

-- Which have been over for long.
CREATE INDEX one_time_codes_by_end ON portero.one_time_codes (expires_at);

-- What is tried where there is no code to try: a wrong one costs everybody the same, and its time tells nothing.
CREATE TABLE portero.absent_codes (
    slot  integer PRIMARY KEY,
    id    uuid    NOT NULL DEFAULT gen_random_uuid(),
    mac   bytea   NOT NULL DEFAULT sha256(gen_random_uuid()::text::bytea),
    tries bigint  NOT NULL DEFAULT 0
) WITH (fillfactor = 20);

INSERT INTO portero.absent_codes (slot) SELECT generate_series(0, 255);

CREATE TABLE portero.mail_outbox (
    id              uuid        PRIMARY KEY,
    kind            text        NOT NULL,
    recipient       text        NOT NULL,
    language        text        NOT NULL,
    -- The code or invitation that it tells, sealed with a key of the server; emptied once the mail is gone.
    sealed          bytea,
    created_at      timestamptz NOT NULL DEFAULT now(),
    attempts        integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    failed_at       timestamptz,
    failure         text,

    CONSTRAINT mail_outbox_kind_known CHECK (
        kind IN ('reset_password', 'verify_email', 'password_changed', 'address_changed', 'session_theft', 'invitation')
    )
);

CREATE INDEX mail_outbox_due ON portero.mail_outbox (next_attempt_at) WHERE sent_at IS NULL AND failed_at IS NULL;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
