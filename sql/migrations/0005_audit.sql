-- 0005 audit: who did what, when, from where; written in the transaction of what it records.
--
-- Why    Append-only: the runtime role may insert and read, nobody updates. Monthly partitions keep reports and clean-up fast.
--        No foreign keys: a row outlives the person, the session and the organization that it names. What an organization may
--        not know of people who are none of its own stands in columns that the runtime role cannot read.
-- Locks  New tables only.
-- Undo   Forward only.

CREATE SEQUENCE portero.auth_logs_id_seq AS bigint CACHE 32;

CREATE TABLE portero.auth_logs (
    id              bigint      NOT NULL DEFAULT nextval('portero.auth_logs_id_seq'),
    occurred_at     timestamptz NOT NULL DEFAULT now(),
    event           text        NOT NULL,
    success         boolean     NOT NULL,
    reason          text,
    user_id         uuid,
    actor_id        uuid,
    organization_id uuid,
    session_id      uuid,
    email           text,
    surface         text,
    address         inet,
    user_agent      text,
    request_id      text,
    details         jsonb,
    -- Whose account it was, from which session and for what reason, where the row's organization is told none of it.
    concealed_user_id    uuid,
    concealed_session_id uuid,
    concealed_reason     text,

    CONSTRAINT auth_logs_pkey PRIMARY KEY (occurred_at, id),
    CONSTRAINT auth_logs_event_shape CHECK (event ~ '^[a-z][a-z_]{2,62}$')
) PARTITION BY RANGE (occurred_at);

ALTER SEQUENCE portero.auth_logs_id_seq OWNED BY portero.auth_logs.id;

CREATE INDEX auth_logs_by_user ON portero.auth_logs (user_id, occurred_at);
CREATE INDEX auth_logs_by_organization ON portero.auth_logs (organization_id, occurred_at);

ALTER TABLE portero.auth_logs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.auth_logs TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY tenant ON portero.auth_logs FOR SELECT TO portero_app
    USING (organization_id = portero.current_organization());
CREATE POLICY append ON portero.auth_logs FOR INSERT TO portero_app WITH CHECK (
    organization_id IS NULL OR organization_id = portero.current_organization()
);
GRANT INSERT ON portero.auth_logs TO portero_app;
GRANT SELECT (
    id, occurred_at, event, success, reason, user_id, actor_id, organization_id, session_id, email, surface, address,
    user_agent, request_id, details
) ON portero.auth_logs TO portero_app;
GRANT USAGE ON SEQUENCE portero.auth_logs_id_seq TO portero_app;

CREATE FUNCTION portero.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are written once and stay as they are', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER auth_logs_append_only BEFORE UPDATE ON portero.auth_logs
    FOR EACH ROW EXECUTE FUNCTION portero.refuse_change();

-- What no month has been made for yet: never lost, only slower to find.
CREATE TABLE portero.auth_logs_rest PARTITION OF portero.auth_logs DEFAULT;
ALTER TABLE portero.auth_logs_rest ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON portero.auth_logs_rest TO CURRENT_USER USING (true) WITH CHECK (true);

-- Makes the partitions of this month and the next three; the server calls it when it starts and once a day.
CREATE FUNCTION portero.prepare_log_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    v_month timestamptz;
    v_name text;
BEGIN
    -- One server at a time; the others find the work done.
    PERFORM pg_advisory_xact_lock(hashtext('portero.prepare_log_partitions'));
    FOR ahead IN 0..3 LOOP
        v_month := date_trunc('month', now()) + make_interval(months => ahead);
        v_name := 'auth_logs_' || to_char(v_month, 'YYYY_MM');
        IF to_regclass(format('portero.%I', v_name)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE portero.%I PARTITION OF portero.auth_logs FOR VALUES FROM (%L) TO (%L)',
                v_name, v_month, v_month + interval '1 month'
            );
            EXECUTE format('ALTER TABLE portero.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_name);
            EXECUTE format('CREATE POLICY owner ON portero.%I TO CURRENT_USER USING (true) WITH CHECK (true)', v_name);
        END IF;
    END LOOP;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portero.prepare_log_partitions() TO portero_app;
SELECT portero.prepare_log_partitions();
