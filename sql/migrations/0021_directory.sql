-- 0021 directory: what an organization keeps about its employees, and its people in one narrow table to list them by.
--
-- Why    Lists are searched and sorted by names, numbers and dates that lie in users, memberships and employees. One row a
--        membership holds them all, so that any page of 100,000 people is a walk along one index, and a search is answered
--        by trigrams; one row a session that has not ended, for the same reason. How many people there are is kept, and
--        for a while what a search has found (decision 17). All of it is kept by triggers: nobody writes it by hand.
-- Locks  SHARE ROW EXCLUSIVE on users, memberships and sessions, for their triggers, until the directory has been filled.
-- Undo   Forward only.

-- Both extensions come with PostgreSQL and are trusted: who may create in the database may install them.
DO $$
DECLARE
    v_extension text;
BEGIN
    FOREACH v_extension IN ARRAY ARRAY['btree_gin', 'pg_trgm'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_extension e WHERE e.extname = v_extension);
        BEGIN
            EXECUTE format('CREATE EXTENSION %I WITH SCHEMA public', v_extension);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION '% may not install the extension %', current_user, v_extension USING
                    ERRCODE = 'insufficient_privilege',
                    HINT = format(
                        'An administrator must run once: GRANT CREATE ON DATABASE %I TO %I, or CREATE EXTENSION %I',
                        current_database(), current_user, v_extension
                    );
            WHEN undefined_file OR feature_not_supported THEN
                RAISE EXCEPTION 'this PostgreSQL lacks the extension %', v_extension USING
                    ERRCODE = 'insufficient_privilege',
                    HINT = 'An administrator must install postgresql-contrib.';
        END;
    END LOOP;
END
$$;

CREATE TABLE portero.employees (
    organization_id uuid          NOT NULL,
    user_id         uuid          NOT NULL,
    number          bigint        NOT NULL GENERATED ALWAYS AS IDENTITY,
    first_names     text          NOT NULL,
    last_names      text          NOT NULL,
    dni             text          NOT NULL,
    email           text,
    phone           text,
    address         text,
    born_on         date,
    hired_on        date,
    salary          numeric(12, 2),
    status          text          NOT NULL DEFAULT 'activo',

    CONSTRAINT employees_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT employees_membership_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES portero.memberships (organization_id, user_id) ON DELETE CASCADE,
    CONSTRAINT employees_number_key UNIQUE (number),
    CONSTRAINT employees_names_length CHECK (
        length(first_names) BETWEEN 1 AND 200 AND length(last_names) BETWEEN 1 AND 200
    ),
    CONSTRAINT employees_dni_length CHECK (length(dni) BETWEEN 1 AND 32),
    CONSTRAINT employees_salary_not_negative CHECK (salary >= 0),
    CONSTRAINT employees_status_known CHECK (status IN ('activo', 'inactivo', 'vacaciones', 'licencia'))
);

CREATE UNIQUE INDEX employees_dni_key ON portero.employees (organization_id, lower(dni));

CREATE TABLE portero.directory (
    organization_id uuid        NOT NULL,
    user_id         uuid        NOT NULL,
    number          bigint      NOT NULL,
    username        text COLLATE "C" NOT NULL,
    email           text COLLATE "C" NOT NULL,
    is_active       boolean     NOT NULL,
    created_at      timestamptz NOT NULL,
    role            bigint      NOT NULL,
    -- Folded username, e-mail, names and dni, a line each.
    search_text     text COLLATE "C" NOT NULL,

    CONSTRAINT directory_pkey PRIMARY KEY (organization_id, number) INCLUDE (search_text),
    CONSTRAINT directory_membership_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES portero.memberships (organization_id, user_id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX directory_by_user ON portero.directory (organization_id, user_id);
CREATE INDEX directory_by_username ON portero.directory (organization_id, username, number);
CREATE INDEX directory_by_email ON portero.directory (organization_id, email, number);
CREATE INDEX directory_by_activity ON portero.directory (organization_id, is_active, number);
CREATE INDEX directory_by_age ON portero.directory (organization_id, created_at, number);
CREATE INDEX directory_by_role ON portero.directory (organization_id, role, number);
-- What waits to be sorted into it is read by every search, so it is kept short.
CREATE INDEX directory_search ON portero.directory USING gin (organization_id, search_text public.gin_trgm_ops)
    WITH (gin_pending_list_limit = 128);

-- Apart from the rest, for a login moves this alone: two small entries of indexes instead of nine.
CREATE TABLE portero.last_logins (
    organization_id uuid        NOT NULL,
    number          bigint      NOT NULL,
    -- The beginning of time for who has never logged in: an index walks along it from either end.
    last_login_at   timestamptz NOT NULL,

    CONSTRAINT last_logins_pkey PRIMARY KEY (organization_id, number),
    CONSTRAINT last_logins_directory_fkey FOREIGN KEY (organization_id, number)
        REFERENCES portero.directory (organization_id, number) ON DELETE CASCADE
);

CREATE INDEX last_logins_by_moment ON portero.last_logins (organization_id, last_login_at, number);

-- How many people an organization has, and how often whom its searches find has changed: the sums of a few rows, so that
-- nobody who registers waits for another.
CREATE TABLE portero.directory_tallies (
    organization_id uuid   NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    slot            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    people          bigint NOT NULL,
    changes         bigint NOT NULL,

    CONSTRAINT directory_tallies_pkey PRIMARY KEY (organization_id, slot)
) WITH (fillfactor = 20);

-- Whom a search has found: their numbers where they are few, else a bit for each number from `first` on. It holds while the
-- sum of `changes` is the same. What was searched for is not kept.
CREATE UNLOGGED TABLE portero.searches (
    organization_id uuid        NOT NULL REFERENCES portero.organizations (id) ON DELETE CASCADE,
    digest          bytea       NOT NULL,
    changes         bigint      NOT NULL,
    total           bigint      NOT NULL,
    numbers         bigint[],
    first           bigint,
    bits            bytea,
    kept_at         timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT searches_pkey PRIMARY KEY (organization_id, digest)
);
ALTER TABLE portero.searches ALTER COLUMN bits SET STORAGE EXTERNAL;

-- Sessions that have not ended, of people who are not barred from the organization, as their list shows them; those that have
-- expired among them.
CREATE TABLE portero.session_directory (
    number          bigint      NOT NULL,
    organization_id uuid        NOT NULL,
    user_number     bigint      NOT NULL,
    username        text COLLATE "C" NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    -- Their beginnings, which keep the row of an index small enough.
    address         text COLLATE "C" NOT NULL,
    user_agent      text COLLATE "C" NOT NULL,

    CONSTRAINT session_directory_pkey PRIMARY KEY (number),
    CONSTRAINT session_directory_session_fkey FOREIGN KEY (number) REFERENCES portero.sessions (number) ON DELETE CASCADE
);

-- Whether a session is live and whose it is stands in each: a page far back reads the index alone.
DO $$
DECLARE
    v_name text;
    v_key text;
BEGIN
    FOR v_name, v_key IN VALUES
        ('number', 'number'), ('age', 'created_at, number'), ('username', 'username, number'),
        ('expiry', 'expires_at, number'), ('address', 'address, number'), ('user_agent', 'user_agent, number'),
        ('user', 'user_number, number')
    LOOP
        EXECUTE format(
            'CREATE INDEX session_directory_by_%s ON portero.session_directory (organization_id, %s) INCLUDE (%s)',
            v_name, v_key, CASE v_name WHEN 'expiry' THEN 'user_number' WHEN 'user' THEN 'expires_at'
                                       ELSE 'user_number, expires_at' END
        );
    END LOOP;
END
$$;

-- What tells nothing to whom the organization has not been set for; what is secret, no right of the server reaches.
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'employees', 'directory', 'last_logins', 'directory_tallies', 'searches', 'session_directory'
    ] LOOP
        EXECUTE format('ALTER TABLE portero.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY owner ON portero.%I TO CURRENT_USER USING (true) WITH CHECK (true)', v_table);
        EXECUTE format(
            'CREATE POLICY tenant ON portero.%I TO portero_app USING (organization_id = portero.current_organization())',
            v_table
        );
    END LOOP;
END
$$;
GRANT SELECT (organization_id, user_id, number, status) ON portero.employees TO portero_app;
GRANT SELECT (organization_id, user_id, number) ON portero.directory TO portero_app;

CREATE FUNCTION portero.directory_text(p_user portero.users, p_employee portero.employees) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN concat_ws(
    E'\n', lower((p_user).username COLLATE "C"), (p_user).email_normalized,
    portero.fold((p_employee).first_names || ' ' || (p_employee).last_names), portero.fold((p_employee).dni)
);

-- For the memberships of one statement: many at a time cost little more than one.
CREATE FUNCTION portero.memberships_into_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    INSERT INTO portero.directory (
        organization_id, user_id, number, username, email, is_active, created_at, role, search_text
    )
    SELECT m.organization_id, m.user_id, u.number, coalesce(lower(u.username COLLATE "C"), u.email_normalized),
           u.email_normalized, m.is_active, u.created_at, r.number, portero.directory_text(u, NULL)
      FROM added m
      JOIN portero.users u ON u.id = m.user_id
      JOIN portero.roles r ON r.id = m.role_id;
    INSERT INTO portero.last_logins (organization_id, number, last_login_at)
    SELECT m.organization_id, u.number, coalesce(u.last_login_at, '-infinity')
      FROM added m JOIN portero.users u ON u.id = m.user_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.memberships_to_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory d
       SET is_active = NEW.is_active, role = (SELECT r.number FROM portero.roles r WHERE r.id = NEW.role_id)
     WHERE d.organization_id = NEW.organization_id AND d.user_id = NEW.user_id;
    IF OLD.is_active AND NOT NEW.is_active THEN
        DELETE FROM portero.session_directory d
         WHERE d.organization_id = NEW.organization_id
           AND d.user_number = (SELECT u.number FROM portero.users u WHERE u.id = NEW.user_id);
    ELSIF NEW.is_active AND NOT OLD.is_active THEN
        -- Held, so that one that ends at this moment is waited for, and left out.
        INSERT INTO portero.session_directory
        SELECT l.*
          FROM (
              SELECT s AS session FROM portero.sessions s
               WHERE s.organization_id = NEW.organization_id AND s.user_id = NEW.user_id AND s.ended_at IS NULL
                 FOR SHARE
          ) held
         CROSS JOIN LATERAL portero.session_row(held.session) l
        ON CONFLICT (number) DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.users_to_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory d
       SET username = coalesce(lower(NEW.username COLLATE "C"), NEW.email_normalized), email = NEW.email_normalized,
           search_text = portero.directory_text(
               NEW, (SELECT e FROM portero.employees e WHERE e.organization_id = d.organization_id AND e.user_id = NEW.id)
           )
     WHERE (d.organization_id, d.user_id) IN (
           SELECT m.organization_id, m.user_id FROM portero.memberships m WHERE m.user_id = NEW.id
     );
    UPDATE portero.session_directory d SET username = coalesce(lower(NEW.username COLLATE "C"), NEW.email_normalized)
     WHERE (d.organization_id, d.user_number) IN (
           SELECT m.organization_id, NEW.number FROM portero.memberships m WHERE m.user_id = NEW.id
     );
    RETURN NULL;
END
$$;

-- Logging in moves nothing but a moment.
CREATE FUNCTION portero.logins_to_last_logins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.last_logins l SET last_login_at = coalesce(NEW.last_login_at, '-infinity')
      FROM portero.memberships m
     WHERE m.user_id = NEW.id AND l.organization_id = m.organization_id AND l.number = NEW.number;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.employees_into_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory d SET search_text = portero.directory_text(u, e)
      FROM written w
      JOIN portero.users u ON u.id = w.user_id
      JOIN portero.employees e ON e.organization_id = w.organization_id AND e.user_id = w.user_id
     WHERE d.organization_id = w.organization_id AND d.user_id = w.user_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.employees_out_of_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory d SET search_text = portero.directory_text(u, NULL)
      FROM portero.users u
     WHERE u.id = OLD.user_id AND d.organization_id = OLD.organization_id AND d.user_id = OLD.user_id;
    RETURN NULL;
END
$$;

-- Counts `p_people` more in an organization, in a row that nobody holds; where all are held, in a new one.
CREATE FUNCTION portero.tally_directory(p_organization uuid, p_people bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory_tallies t SET people = t.people + p_people, changes = t.changes + 1
     WHERE (t.organization_id, t.slot) = (
           SELECT o.organization_id, o.slot FROM portero.directory_tallies o
            WHERE o.organization_id = p_organization LIMIT 1 FOR UPDATE SKIP LOCKED
     );
    IF NOT FOUND THEN
        -- Not of an organization that is being deleted.
        INSERT INTO portero.directory_tallies (organization_id, people, changes)
        SELECT o.id, p_people, 1 FROM portero.organizations o WHERE o.id = p_organization;
    END IF;
END
$$;

CREATE FUNCTION portero.directory_into_tallies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.tally_directory(a.organization_id, a.people)
       FROM (SELECT organization_id, count(*) AS people FROM added GROUP BY organization_id) a;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.directory_out_of_tallies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.tally_directory(r.organization_id, -r.people)
       FROM (SELECT organization_id, count(*) AS people FROM removed GROUP BY organization_id) r;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.directory_changed_in_tallies() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    PERFORM portero.tally_directory(c.organization_id, 0)
       FROM (
           SELECT DISTINCT a.organization_id
             FROM added a JOIN removed r ON r.organization_id = a.organization_id AND r.number = a.number
            WHERE a.search_text <> r.search_text
       ) c;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.directory_emptied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    UPDATE portero.directory_tallies SET people = 0, changes = changes + 1;
    RETURN NULL;
END
$$;

CREATE FUNCTION portero.sessions_to_directory() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    IF NEW.organization_id IS NULL OR NEW.ended_at IS NOT NULL THEN
        DELETE FROM portero.session_directory d WHERE d.number = NEW.number;
        RETURN NULL;
    END IF;
    -- Where it works as before, it is in the list already; or its person is barred, perhaps since a moment ago.
    IF TG_OP = 'UPDATE' AND OLD.organization_id = NEW.organization_id AND OLD.ended_at IS NULL THEN
        UPDATE portero.session_directory d
           SET user_number = l.user_number, username = l.username, expires_at = l.expires_at, address = l.address,
               user_agent = l.user_agent
          FROM portero.session_row(NEW) l
         WHERE d.number = l.number;
        RETURN NULL;
    END IF;
    INSERT INTO portero.session_directory AS d
    SELECT l.* FROM portero.session_row(NEW) l
    ON CONFLICT (number) DO UPDATE
       SET organization_id = excluded.organization_id, user_number = excluded.user_number, username = excluded.username,
           expires_at = excluded.expires_at, address = excluded.address, user_agent = excluded.user_agent;
    RETURN NULL;
END
$$;

-- The row of a session, unless its person is barred where it works. Whoever bars somebody has locked the membership, to which a
-- new session has referred by its foreign key before it comes here: one of the two waits, and finds what the other has done.
--
-- What a client said of itself stands in place of what the connection told. Without a search path of its own it becomes part
-- of the statement that calls it: a login would otherwise parse it each time.
CREATE FUNCTION portero.session_row(p_session portero.sessions) RETURNS SETOF portero.session_directory
LANGUAGE sql STABLE
AS $$
    SELECT p_session.number, p_session.organization_id, u.number, coalesce(lower(u.username COLLATE "C"), u.email_normalized),
           p_session.created_at, p_session.expires_at,
           left(coalesce(p_session.reported_address, host(p_session.address), ''), 200),
           left(coalesce(p_session.reported_user_agent, p_session.user_agent, ''), 200)
      FROM portero.users u
      JOIN portero.memberships m
        ON m.organization_id = p_session.organization_id AND m.user_id = p_session.user_id AND m.is_active
     WHERE u.id = p_session.user_id
$$;

CREATE TRIGGER directory_into_tallies AFTER INSERT ON portero.directory
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION portero.directory_into_tallies();
CREATE TRIGGER directory_out_of_tallies AFTER DELETE ON portero.directory
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION portero.directory_out_of_tallies();
CREATE TRIGGER directory_changed_in_tallies AFTER UPDATE ON portero.directory
    REFERENCING OLD TABLE AS removed NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION portero.directory_changed_in_tallies();
CREATE TRIGGER directory_emptied AFTER TRUNCATE ON portero.directory
    FOR EACH STATEMENT EXECUTE FUNCTION portero.directory_emptied();
CREATE TRIGGER sessions_into_directory AFTER INSERT ON portero.sessions
    FOR EACH ROW WHEN (NEW.organization_id IS NOT NULL AND NEW.ended_at IS NULL)
    EXECUTE FUNCTION portero.sessions_to_directory();
CREATE TRIGGER sessions_to_directory
    AFTER UPDATE OF user_id, organization_id, expires_at, ended_at, address, user_agent, reported_address, reported_user_agent
    ON portero.sessions FOR EACH ROW EXECUTE FUNCTION portero.sessions_to_directory();
CREATE TRIGGER memberships_into_directory AFTER INSERT ON portero.memberships
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION portero.memberships_into_directory();
CREATE TRIGGER memberships_to_directory AFTER UPDATE OF role_id, is_active ON portero.memberships
    FOR EACH ROW EXECUTE FUNCTION portero.memberships_to_directory();
CREATE TRIGGER users_to_directory AFTER UPDATE OF email, username ON portero.users
    FOR EACH ROW EXECUTE FUNCTION portero.users_to_directory();
CREATE TRIGGER logins_to_last_logins AFTER UPDATE OF last_login_at ON portero.users
    FOR EACH ROW EXECUTE FUNCTION portero.logins_to_last_logins();
CREATE TRIGGER employees_into_directory AFTER INSERT ON portero.employees
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION portero.employees_into_directory();
CREATE TRIGGER employees_changed_in_directory AFTER UPDATE ON portero.employees
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION portero.employees_into_directory();
CREATE TRIGGER employees_out_of_directory AFTER DELETE ON portero.employees
    FOR EACH ROW EXECUTE FUNCTION portero.employees_out_of_directory();

INSERT INTO portero.directory (
    organization_id, user_id, number, username, email, is_active, created_at, role, search_text
)
SELECT m.organization_id, m.user_id, u.number, coalesce(lower(u.username COLLATE "C"), u.email_normalized),
       u.email_normalized, m.is_active, u.created_at, r.number, portero.directory_text(u, NULL)
  FROM portero.memberships m
  JOIN portero.users u ON u.id = m.user_id
  JOIN portero.roles r ON r.id = m.role_id;
INSERT INTO portero.last_logins (organization_id, number, last_login_at)
SELECT m.organization_id, u.number, coalesce(u.last_login_at, '-infinity')
  FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id;
INSERT INTO portero.session_directory
SELECT l.* FROM portero.sessions s CROSS JOIN LATERAL portero.session_row(s) l
 WHERE s.organization_id IS NOT NULL AND s.ended_at IS NULL;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
