-- 0001 runtime role: the role under which the server speaks to the database, and how it says for whom it speaks.
--
-- Why    `portero_app` owns nothing and bypasses nothing, so row-level security holds for all that the server does.
--        The server connects as whoever runs migrations and becomes `portero_app`, or logs in as it.
-- Locks  None.
-- Undo   Forward only. DROP ROLE once no database of the cluster uses it.

DO $$
DECLARE
    -- Since PostgreSQL 16, who makes a role is a member of it that may not become it.
    v_right text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portero_app') THEN
        BEGIN
            CREATE ROLE portero_app NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;  -- a migration of another database of this cluster was faster
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role portero_app is missing, and % may not make it', current_user USING
                    ERRCODE = 'insufficient_privilege',
                    HINT = format('An administrator must run once: CREATE ROLE portero_app NOLOGIN ROLE %I', current_user);
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'portero_app', v_right) THEN
        BEGIN
            EXECUTE format('GRANT portero_app TO %I', current_user);
        EXCEPTION
            WHEN unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '% may not become the role portero_app', current_user USING
                    ERRCODE = 'insufficient_privilege',
                    HINT = format('An administrator must run once: GRANT portero_app TO %I', current_user);
        END;
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS portero;
GRANT USAGE ON SCHEMA portero TO portero_app;
-- So that a server can tell whether it is younger than its database.
GRANT SELECT ON portero.migrations TO portero_app;

-- The tenant and the person of the current transaction; null when none was set, so that no policy is ever satisfied by accident.
CREATE FUNCTION portero.current_organization() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('portero.organization_id', true), '')::uuid;

CREATE FUNCTION portero.current_actor() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('portero.user_id', true), '')::uuid;

-- PostgreSQL lets everybody execute a new function: each migration takes that back before it grants by name.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portero.current_organization(), portero.current_actor() TO portero_app;

-- Where a request came from, as every change writes it beside itself.
CREATE TYPE portero.origin AS (
    surface    text,
    address    inet,
    user_agent text,
    request_id text,
    -- What the person reads: mails are written in it.
    language   text
);
