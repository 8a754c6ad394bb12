-- What each file of tests begins with: assertions, tokens, two escape rooms with staff, and a protected table.
--
-- Run by a superuser in a fresh database with all migrations. Statements of the application are run as `booking_app`, which
-- has no right but on the table. Leaves the tokens in psql variables.

\set QUIET on
\pset tuples_only on
SET client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS testing;
GRANT USAGE ON SCHEMA testing TO PUBLIC;

-- The rule is the message of the failure.
CREATE FUNCTION testing.expect(p_holds boolean, p_rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_holds IS NOT TRUE THEN
        RAISE EXCEPTION 'broken: %', p_rule;
    END IF;
END
$$;

-- That a statement is refused with this SQLSTATE and no other.
CREATE FUNCTION testing.refuses(p_state text, p_statement text, p_rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE p_statement;
    EXCEPTION
        WHEN OTHERS THEN
            IF SQLSTATE <> p_state THEN
                RAISE EXCEPTION 'broken: %: refused with % (%)', p_rule, SQLSTATE, SQLERRM;
            END IF;
            RETURN;
    END;
    RAISE EXCEPTION 'broken: %: not refused', p_rule;
END
$$;

CREATE FUNCTION testing.base64url(p_bytes bytea) RETURNS text LANGUAGE sql
RETURN translate(encode(p_bytes, 'base64'), E'+/=\n', '-_');

-- A token with any payload; nobody in SQL can tell a signature.
CREATE FUNCTION testing.token_of(p_payload text) RETURNS text LANGUAGE sql
RETURN testing.base64url('{"alg":"HS256","typ":"at+jwt"}') || '.' || testing.base64url(convert_to(p_payload, 'UTF8')) || '.c2ln';

-- A payload as the server writes it.
CREATE FUNCTION testing.payload(p_session uuid, p_expires bigint, p_organization uuid, p_code bytea) RETURNS text
LANGUAGE sql
RETURN '{"iss":"http://127.0.0.1:8000","aud":"portero","sub":"'
    || (SELECT s.user_id FROM portero.sessions s WHERE s.id = p_session) || '","sid":"' || p_session
    || coalesce('","org":"' || p_organization, '') || '","iat":1700000000,"exp":' || p_expires || ',"jti":"'
    || gen_random_uuid() || '","ctx":"' || testing.base64url(p_code) || '"}';

-- A good token: for half an hour, unless another end is asked for.
CREATE FUNCTION testing.token(p_session uuid, p_organization uuid, p_lasting integer DEFAULT 1800) RETURNS text
LANGUAGE sql
AS $$
    SELECT testing.token_of(
        testing.payload(p_session, e.second, p_organization, portero.claim_mac(p_session, e.second, p_organization))
    )
      FROM (SELECT floor(extract(epoch FROM clock_timestamp()))::bigint + p_lasting) e (second)
$$;

CREATE FUNCTION testing.join(p_organization uuid, p_user uuid, p_role text) RETURNS void LANGUAGE sql
AS $$
    INSERT INTO portero.memberships (organization_id, user_id, role_id)
    SELECT p_organization, p_user, r.id FROM portero.roles r WHERE r.organization_id = p_organization AND r.name = p_role
$$;

\set cripta '\'01930000-0000-7000-8000-00000000000a\''
\set faro '\'01930000-0000-7000-8000-00000000000b\''
\set ana '\'01930000-0000-7000-8000-0000000000a1\''
\set bruno '\'01930000-0000-7000-8000-0000000000a2\''
\set clara '\'01930000-0000-7000-8000-0000000000a3\''
\set ana_session '\'01930000-0000-7000-8000-0000000005a1\''
\set bruno_session '\'01930000-0000-7000-8000-0000000005a2\''
\set clara_session '\'01930000-0000-7000-8000-0000000005a3\''

INSERT INTO portero.organizations (id, slug, name) VALUES (:cripta, 'cripta', 'La Cripta'), (:faro, 'faro', 'El Faro');
INSERT INTO portero.users (id, email, full_name) VALUES
    (:ana, 'ana@cripta.example', 'Ana'), (:bruno, 'bruno@cripta.example', 'Bruno'), (:clara, 'clara@correo.example', 'Clara');
-- Ana works in both, Bruno in one, Clara nowhere.
SELECT testing.join(:cripta, :ana, 'Admin'), testing.join(:faro, :ana, 'Usuario'), testing.join(:cripta, :bruno, 'Staff') \g /dev/null
INSERT INTO portero.sessions (id, number, user_id, organization_id, surface, expires_at) VALUES
    (:ana_session, 1, :ana, :cripta, 'escape-room', now() + interval '1 day'),
    (:bruno_session, 2, :bruno, :cripta, 'escape-room', now() + interval '1 day'),
    (:clara_session, 3, :clara, NULL, 'escape-room', now() + interval '1 day');

CREATE TABLE public.bookings (
    id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid    NOT NULL DEFAULT authz.organization_id(),
    guests          integer NOT NULL
);
CREATE INDEX ON public.bookings (organization_id, id);
INSERT INTO public.bookings (organization_id, guests) VALUES (:cripta, 2), (:cripta, 3), (:faro, 5), (:faro, 7), (:faro, 11);
SELECT authz.protect('public.bookings', 'organization_id', 'manage_bookings') \g /dev/null

-- Roles are the cluster's, and other databases are tested at the same time.
DO $$
BEGIN
    CREATE ROLE booking_app NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.bookings TO booking_app;

SELECT testing.token(:ana_session, :cripta) AS ana_in_cripta, testing.token(:ana_session, :faro) AS ana_in_faro,
       testing.token(:bruno_session, :cripta) AS bruno_in_cripta, testing.token(:clara_session, NULL) AS clara_nowhere \gset
\o /dev/null
