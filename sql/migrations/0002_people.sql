-- 0002 people: accounts, and the counting of failed logins.
--
-- Why    An account belongs to no organization. The server reaches these tables through functions only (0006).
-- Locks  New tables only.
-- Undo   Forward only.

CREATE TABLE portero.users (
    id                   uuid        PRIMARY KEY,
    number               bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    email                text        NOT NULL,
    email_normalized     text        NOT NULL GENERATED ALWAYS AS (lower(email COLLATE "C")) STORED,
    username             text,
    full_name            text        NOT NULL,
    password_hash        text,
    is_active            boolean     NOT NULL DEFAULT true,
    email_verified_at    timestamptz,
    last_login_at        timestamptz,
    last_organization_id uuid,
    created_at           timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT users_number_key UNIQUE (number),
    CONSTRAINT users_email_key UNIQUE (email_normalized),
    -- ASCII, so that lower() has one meaning and no two spellings reach one person.
    CONSTRAINT users_email_shape CHECK (email ~ '^[!-~]+@[!-~]+$' AND length(email) <= 254),
    CONSTRAINT users_username_shape CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$'),
    CONSTRAINT users_full_name_length CHECK (length(full_name) BETWEEN 1 AND 200),
    -- bcrypt answers a failure as '*0': never to be stored.
    CONSTRAINT users_password_hash_shape CHECK (password_hash LIKE '$%')
) WITH (fillfactor = 90);

CREATE UNIQUE INDEX users_username_key ON portero.users (lower(username COLLATE "C")) WHERE username IS NOT NULL;

-- Failed logins, by who was tried and from which network (IPv4 address, IPv6 /64); '::/0' counts them from everywhere.
-- `identity` is an HMAC: unknown accounts are counted like known ones, and the table tells nobody who they were.
CREATE TABLE portero.login_failures (
    identity       bytea       NOT NULL,
    network        cidr        NOT NULL,
    failures       integer     NOT NULL DEFAULT 0,
    -- Tries whose password is being hashed now: they count until they have ended.
    pending        integer     NOT NULL DEFAULT 0,
    pending_since  timestamptz NOT NULL DEFAULT now(),
    window_started timestamptz NOT NULL DEFAULT now(),
    locked_until   timestamptz,

    CONSTRAINT login_failures_pkey PRIMARY KEY (identity, network),
    CONSTRAINT login_failures_counts CHECK (failures >= 0 AND pending >= 0)
) WITH (fillfactor = 70);

CREATE INDEX login_failures_by_age ON portero.login_failures (window_started);
