-- 0022 people gates: the people of an organization with what it keeps about them as employees, listed, read, made, changed
-- and removed; its roles and live sessions, listed; all by number.
--
-- Why    Each is one round trip and one transaction. Salaries and dni stand in no audit row.
-- Locks  None.
-- Undo   Forward only.

-- A search as a pattern that matches what is searched for and nothing else.
CREATE FUNCTION portero.search_pattern(p_search text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '%' || regexp_replace(portero.fold_search(p_search), '([\\%_])', '\\\1', 'g') || '%';

CREATE TYPE portero.person AS (
    number bigint, username text, email text, is_active boolean, created_at timestamptz, last_login_at timestamptz,
    role_number bigint, role_name text, role_description text
);

CREATE TYPE portero.found AS (total bigint, numbers bigint[], first bigint, bits bytea);

-- Whom a pattern matches now: see portero.searches. More than 2,000 are told by bits, unless they lie too far apart. By
-- trigrams where the planner expects few, whatever the caller has set. Without `p_by_dni` the last line of a text of three or
-- more is left out, which is an employee's dni.
CREATE FUNCTION portero.match(p_organization uuid, p_pattern text, p_by_dni boolean) RETURNS portero.found
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
SET jit = off SET enable_seqscan = off SET enable_bitmapscan = on SET enable_sort = on SET random_page_cost = 1.1
AS $$
DECLARE
    v_found portero.found;
BEGIN
    -- A word of 64 numbers as get_bit() counts them: byte by byte, the lowest bit first.
    EXECUTE $q$
        WITH words AS MATERIALIZED (
            SELECT d.number >> 6 AS word, count(*) AS people,
                   bit_or(1::bigint << ((d.number & 63)::integer # 56)) AS bits
              FROM portero.directory d
             WHERE d.organization_id = $1 AND d.search_text LIKE $2
               AND ($3 OR d.search_text !~ E'\n.*\n' OR regexp_replace(d.search_text, E'\n[^\n]*$', '') LIKE $2)
             GROUP BY 1
        ),
        every AS (SELECT coalesce(sum(w.people), 0) AS people, min(w.word) AS first, max(w.word) AS last FROM words w)
        SELECT e.people,
               CASE WHEN e.people <= 2000 OR e.last - e.first > 500000 THEN ARRAY(
                   SELECT (w.word << 6) + place FROM words w, generate_series(0, 63) place
                    WHERE get_bit(int8send(w.bits), place) = 1
               ) END,
               e.first << 6,
               CASE WHEN e.people > 2000 AND e.last - e.first <= 500000 THEN (
                   SELECT string_agg(int8send(coalesce(w.bits, 0)), '' ORDER BY word)
                     FROM generate_series(e.first, e.last) word LEFT JOIN words w USING (word)
               ) END
          FROM every e
    $q$ INTO v_found USING p_organization, p_pattern, p_by_dni;
    RETURN v_found;
END
$$;

CREATE FUNCTION portero.directory_changes(p_organization uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT coalesce(sum(t.changes), 0) FROM portero.directory_tallies t WHERE t.organization_id = p_organization
$$;

CREATE FUNCTION portero.directory_size(p_organization uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT coalesce(sum(t.people), 0) FROM portero.directory_tallies t WHERE t.organization_id = p_organization
$$;

-- Whom a search finds, as far as it was kept from the last time; keeps it for the next, unless another is keeping. Neither
-- numbers nor bits where it finds everybody.
CREATE FUNCTION portero.search(p_organization uuid, p_search text, p_by_dni boolean) RETURNS portero.found
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_pattern text := portero.search_pattern(p_search);
    v_digest bytea := sha256(convert_to(p_by_dni || ' ' || v_pattern, 'UTF8'));
    v_changes bigint;
    v_found portero.found;
BEGIN
    SELECT s.total, s.numbers, s.first, s.bits INTO v_found FROM portero.searches s
     WHERE s.organization_id = p_organization AND s.digest = v_digest
       AND s.changes = portero.directory_changes(p_organization);
    IF FOUND THEN
        RETURN v_found;
    END IF;
    -- Of one moment, since it is one statement.
    SELECT portero.directory_changes(p_organization), m.total, CASE WHEN m.total < n.people THEN m.numbers END, m.first,
           CASE WHEN m.total < n.people THEN m.bits END
      INTO v_changes, v_found.total, v_found.numbers, v_found.first, v_found.bits
      FROM portero.match(p_organization, v_pattern, p_by_dni) m, portero.directory_size(p_organization) n (people);
    IF current_setting('transaction_read_only') = 'off'
        AND pg_try_advisory_xact_lock(hashtextextended('portero.search ' || p_organization, 0)) THEN
        DELETE FROM portero.searches s
         WHERE s.organization_id = p_organization
           AND (s.changes < v_changes OR s.kept_at < now() - interval '10 minutes' OR s.digest = v_digest);
        INSERT INTO portero.searches (organization_id, digest, changes, total, numbers, first, bits)
        VALUES (p_organization, v_digest, v_changes, v_found.total, v_found.numbers, v_found.first, v_found.bits);
    END IF;
    RETURN v_found;
END
$$;

-- The rows of a table that belong to those found, as what follows FROM; all of an organization where nothing was searched
-- for. $1 is the organization, $4 the numbers, $5 the bits, $6 the first number. A few are read before they are sorted.
CREATE FUNCTION portero.rows_of(p_found portero.found, p_table text, p_column text, p_condition text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = portero, pg_temp
AS $$
    SELECT format(
        CASE
            WHEN p_found.bits IS NOT NULL THEN
                'portero.%1$I d WHERE d.organization_id = $1 AND %3$s AND CASE WHEN d.%2$I >= $6 '
                || 'AND d.%2$I < $6 + length($5) * 8::bigint THEN get_bit($5, d.%2$I - $6) = 1 END'
            WHEN p_found.numbers IS NOT NULL THEN
                '(SELECT * FROM portero.%1$I d WHERE d.organization_id = $1 AND d.%2$I = ANY ($4) AND %3$s OFFSET 0) d'
            ELSE 'portero.%1$I d WHERE d.organization_id = $1 AND %3$s'
        END, p_table, p_column, p_condition
    )
$$;

-- The numbers on one page of such rows, in its order; null beyond the last. A page in the second half is walked to from the
-- end. The caller has told the planner to walk along the index that has the order already.
CREATE FUNCTION portero.walk(
    p_organization uuid, p_found portero.found, p_from text, p_key text, p_descending boolean, p_total bigint,
    p_limit integer, p_offset bigint
) RETURNS bigint[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_rest bigint := p_total - p_offset;
    v_is_backwards boolean := p_offset > v_rest;
    v_numbers bigint[];
BEGIN
    IF v_rest <= 0 THEN
        RETURN NULL;
    END IF;
    EXECUTE format(
        'SELECT array_agg(p.number) FROM (SELECT d.number FROM %s ORDER BY %s LIMIT $2 OFFSET $3) p', p_from,
        CASE WHEN p_descending <> v_is_backwards THEN replace(p_key || ' DESC', ',', ' DESC,') ELSE p_key END
    ) INTO v_numbers
      USING p_organization, least(p_limit, v_rest),
            CASE WHEN v_is_backwards THEN greatest(v_rest - p_limit, 0) ELSE p_offset END,
            p_found.numbers, p_found.bits, p_found.first;
    IF v_is_backwards THEN
        RETURN ARRAY(SELECT p.number FROM unnest(v_numbers) WITH ORDINALITY p (number, place) ORDER BY p.place DESC);
    END IF;
    RETURN v_numbers;
END
$$;

-- One page of an organization's people, and how many there are in all that match; a row with nobody where it is empty.
--
-- It is walked to along the index that has the order already; a few who match are sorted. Ties go by number, in the direction of the list. The planner is told so, since it cannot know how many match.
CREATE FUNCTION portero.people(
    p_organization uuid, p_search text, p_sort text, p_descending boolean, p_limit integer, p_offset bigint
) RETURNS TABLE (total bigint, person portero.person)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
SET jit = off SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    v_key text := CASE p_sort WHEN 'username' THEN 'd.username, d.number' WHEN 'email' THEN 'd.email, d.number'
                              WHEN 'is_active' THEN 'd.is_active, d.number' WHEN 'created_at' THEN 'd.created_at, d.number'
                              WHEN 'last_login_at' THEN 'd.last_login_at, d.number' WHEN 'role' THEN 'd.role, d.number'
                              ELSE 'd.number' END;
    v_found portero.found;
    v_numbers bigint[];
BEGIN
    IF p_search IS NULL THEN
        total := portero.directory_size(p_organization);
    ELSE
        v_found := portero.search(p_organization, p_search, true);
        total := v_found.total;
    END IF;
    v_numbers := portero.walk(
        p_organization, v_found,
        portero.rows_of(
            v_found, CASE p_sort WHEN 'last_login_at' THEN 'last_logins' ELSE 'directory' END, 'number', 'true'
        ),
        v_key, p_descending, total, p_limit, p_offset
    );
    FOR person IN
        SELECT u.number, coalesce(u.username, u.email), u.email, m.is_active, u.created_at, u.last_login_at, r.number, r.name, r.description
          FROM unnest(v_numbers) WITH ORDINALITY AS p (number, place)
          JOIN portero.users u ON u.number = p.number
          JOIN portero.memberships m ON m.organization_id = p_organization AND m.user_id = u.id
          JOIN portero.roles r ON r.id = m.role_id
         ORDER BY p.place
    LOOP
        RETURN NEXT;
    END LOOP;
    -- There is nobody so far back, or they have all gone since they were counted.
    IF NOT FOUND THEN
        RETURN NEXT;
    END IF;
END
$$;

CREATE TYPE portero.employee AS (
    number bigint, first_names text, last_names text, dni text, email text, phone text, address text, born_on text,
    hired_on text, salary_cents bigint, status text
);

-- Somebody as they are now, with what the organization keeps about them: everything for who manages users, all but dni and
-- salary for themselves, no row for others.
CREATE FUNCTION portero.person_of(p_organization uuid, p_number bigint, p_manages boolean, p_self uuid)
RETURNS TABLE (person portero.person, employee portero.employee)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT ROW(
               u.number, coalesce(u.username, u.email), u.email, m.is_active, u.created_at, u.last_login_at, r.number,
               r.name, r.description
           )::portero.person,
           ROW(
               e.number, e.first_names, e.last_names, CASE WHEN p_manages THEN e.dni END, e.email, e.phone, e.address,
               to_char(e.born_on, 'YYYY-MM-DD'), to_char(e.hired_on, 'YYYY-MM-DD'),
               CASE WHEN p_manages THEN (e.salary * 100)::bigint END, e.status
           )::portero.employee
      FROM portero.users u
      JOIN portero.memberships m ON m.organization_id = p_organization AND m.user_id = u.id
      JOIN portero.roles r ON r.id = m.role_id
      LEFT JOIN portero.employees e ON e.organization_id = m.organization_id AND e.user_id = m.user_id
     WHERE u.number = p_number AND (p_manages OR u.id = p_self)
$$;

-- Keeps what is not null about an employee; whoever was none becomes one. An empty text empties what may be empty.
CREATE FUNCTION portero.put_employee(p_organization uuid, p_user uuid, p_employee portero.employee) RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_salary numeric := p_employee.salary_cents::numeric / 100;
BEGIN
    UPDATE portero.employees e
       SET first_names = coalesce(p_employee.first_names, e.first_names),
           last_names = coalesce(p_employee.last_names, e.last_names), dni = coalesce(p_employee.dni, e.dni),
           email = nullif(coalesce(p_employee.email, e.email), ''),
           phone = nullif(coalesce(p_employee.phone, e.phone), ''),
           address = nullif(coalesce(p_employee.address, e.address), ''),
           born_on = nullif(coalesce(p_employee.born_on, e.born_on::text), '')::date,
           hired_on = nullif(coalesce(p_employee.hired_on, e.hired_on::text), '')::date,
           salary = coalesce(v_salary, e.salary),
           status = coalesce(p_employee.status, e.status)
     WHERE e.organization_id = p_organization AND e.user_id = p_user;
    IF FOUND THEN
        RETURN;
    END IF;
    IF p_employee.first_names IS NULL OR p_employee.last_names IS NULL OR p_employee.dni IS NULL THEN
        PERFORM portero.refuse('employee_incomplete');
    END IF;
    INSERT INTO portero.employees (
        organization_id, user_id, first_names, last_names, dni, email, phone, address, born_on, hired_on, salary, status
    )
    VALUES (
        p_organization, p_user, p_employee.first_names, p_employee.last_names, p_employee.dni,
        nullif(p_employee.email, ''), nullif(p_employee.phone, ''), nullif(p_employee.address, ''),
        nullif(p_employee.born_on, '')::date, nullif(p_employee.hired_on, '')::date, v_salary,
        coalesce(p_employee.status, 'activo')
    );
END
$$;

-- The role with a number, if it is the organization's and whoever gives it may do all that it allows.
CREATE FUNCTION portero.numbered_role(p_organization uuid, p_role bigint, p_rights text[]) RETURNS uuid
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_role uuid;
BEGIN
    SELECT r.id INTO v_role FROM portero.roles r
     WHERE r.organization_id = p_organization AND r.number = p_role FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM portero.refuse('memberships_role_fkey');
    END IF;
    PERFORM portero.require_covering(p_rights, portero.role_rights(v_role));
    RETURN v_role;
END
$$;

-- Ends a person's live sessions that work in an organization, or with `p_everywhere` all of them, but one (or none), for
-- somebody who may do that there.
CREATE FUNCTION portero.revoke_sessions(
    p_organization uuid, p_user uuid, p_everywhere boolean, p_except uuid, p_actor uuid, p_reason text,
    p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SET search_path = portero, pg_temp
AS $$
DECLARE
    v_count integer;
BEGIN
    UPDATE portero.sessions s SET ended_at = now(), ended_reason = p_reason
     WHERE s.user_id = p_user AND (p_everywhere OR s.organization_id = p_organization)
       AND s.id IS DISTINCT FROM p_except AND s.ended_at IS NULL AND s.expires_at > now();
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count > 0 THEN
        PERFORM portero.log(
            p_origin, 'authn_token_revoked', true, p_reason, p_user, NULL, p_organization, NULL, p_actor,
            jsonb_build_object('sessions', v_count)
        );
    END IF;
END
$$;

-- A new account that is a member at once, made by who manages users, and the mail that asks to verify its address.
CREATE FUNCTION portero.create_person(
    p_actor uuid, p_session uuid, p_organization uuid, p_user uuid, p_email text, p_username text, p_full_name text,
    p_password_hash text, p_role bigint, p_is_active boolean, p_employs boolean, p_employee portero.employee,
    p_code uuid, p_mac bytea, p_lifetime interval, p_sealed bytea, p_origin portero.origin
) RETURNS TABLE (person portero.person, employee portero.employee)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_role uuid;
    v_number bigint;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    v_role := portero.numbered_role(p_organization, p_role, v_rights);
    INSERT INTO portero.users (id, email, username, full_name, password_hash, last_organization_id)
    VALUES (p_user, p_email, p_username, p_full_name, p_password_hash, p_organization)
    RETURNING users.number INTO v_number;
    INSERT INTO portero.memberships (organization_id, user_id, role_id, is_active)
    VALUES (p_organization, p_user, v_role, p_is_active);
    IF p_employs THEN
        PERFORM portero.put_employee(p_organization, p_user, p_employee);
    END IF;
    PERFORM portero.put_code('verify_email', p_user, p_email, p_code, p_mac, p_lifetime, p_sealed, p_origin.language);
    PERFORM portero.log(
        p_origin, 'user_created', true, NULL, p_user, p_session, p_organization, p_email, p_actor,
        jsonb_build_object('after', portero.membership_facts(v_role, p_is_active), 'employee', p_employs)
    );
    RETURN QUERY SELECT * FROM portero.person_of(p_organization, v_number, true, p_actor);
END
$$;

-- Changes what is not null.
--
-- A username and an address belong to the account: whoever works elsewhere too changes them by themselves. Who has no
-- username is shown by their address: `p_shown_email`, in its place, must be the one that they have now or get now.
CREATE FUNCTION portero.update_person(
    p_actor uuid, p_session uuid, p_organization uuid, p_number bigint, p_email text, p_username text,
    p_shown_email text, p_role bigint, p_is_active boolean, p_employs boolean, p_employee portero.employee, p_code uuid,
    p_mac bytea, p_lifetime interval, p_sealed bytea, p_origin portero.origin
) RETURNS TABLE (person portero.person, employee portero.employee)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_user portero.users;
    v_membership portero.memberships;
    v_role uuid;
    v_is_active boolean;
    v_moves boolean;
    v_renames boolean;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    SELECT * INTO v_user FROM portero.users u WHERE u.number = p_number AND EXISTS (
        SELECT FROM portero.memberships m WHERE m.organization_id = p_organization AND m.user_id = u.id
    ) FOR NO KEY UPDATE;
    v_membership := portero.take_member(p_organization, v_user.id, v_rights);
    v_role := v_membership.role_id;
    IF p_role IS NOT NULL THEN
        v_role := portero.numbered_role(p_organization, p_role, v_rights);
    END IF;
    IF p_shown_email IS NOT NULL AND (
        v_user.username IS NOT NULL
        OR p_shown_email <> v_user.email_normalized AND p_shown_email IS DISTINCT FROM lower(p_email COLLATE "C")
    ) THEN
        PERFORM portero.refuse('username_is_address');
    END IF;
    v_is_active := coalesce(p_is_active, v_membership.is_active);
    v_moves := coalesce(lower(p_email COLLATE "C") <> v_user.email_normalized, false);
    v_renames := v_moves OR coalesce(p_email <> v_user.email, false)
        OR (p_username IS NOT NULL AND p_username IS DISTINCT FROM v_user.username);
    IF v_renames THEN
        IF v_user.id = p_actor
            AND EXISTS (SELECT FROM portero.sessions s WHERE s.id = p_session AND s.opened_in IS NOT NULL) THEN
            PERFORM portero.refuse('session_opened_by_another');
        END IF;
        IF EXISTS (
            SELECT FROM portero.memberships m WHERE m.user_id = v_user.id AND m.organization_id <> p_organization
        ) THEN
            PERFORM portero.refuse('account_shared');
        END IF;
        UPDATE portero.users u
           SET email = coalesce(p_email, u.email), username = coalesce(p_username, u.username),
               email_verified_at = CASE WHEN NOT v_moves THEN u.email_verified_at END
         WHERE u.id = v_user.id;
    END IF;
    IF v_moves THEN
        -- Codes that went to the old address open nothing any more.
        UPDATE portero.one_time_codes c SET replaced_at = now()
         WHERE c.user_id = v_user.id AND c.used_at IS NULL AND c.replaced_at IS NULL;
        -- The old address is told, in case its owner knows nothing of it, and whoever is logged in by it logs in anew.
        INSERT INTO portero.mail_outbox (id, kind, recipient, language)
        VALUES (gen_random_uuid(), 'address_changed', v_user.email, p_origin.language);
        PERFORM portero.put_code(
            'verify_email', v_user.id, p_email, p_code, p_mac, p_lifetime, p_sealed, p_origin.language
        );
        PERFORM portero.revoke_sessions(
            p_organization, v_user.id, true, p_session, p_actor, 'address_changed', p_origin
        );
    END IF;
    IF v_role <> v_membership.role_id OR v_is_active <> v_membership.is_active THEN
        UPDATE portero.memberships m SET role_id = v_role, is_active = v_is_active
         WHERE m.organization_id = p_organization AND m.user_id = v_user.id;
        PERFORM portero.check_admins();
    END IF;
    IF p_employs THEN
        PERFORM portero.put_employee(p_organization, v_user.id, p_employee);
    END IF;
    IF NOT v_is_active THEN
        PERFORM portero.revoke_sessions(p_organization, v_user.id, false, NULL, p_actor, 'deactivated', p_origin);
    END IF;
    PERFORM portero.log(
        p_origin, CASE WHEN v_role <> v_membership.role_id THEN 'authz_change' ELSE 'user_updated' END,
        true, NULL, v_user.id, p_session, p_organization, NULL, p_actor,
        jsonb_build_object(
            'before', portero.membership_facts(v_membership.role_id, v_membership.is_active),
            'after', portero.membership_facts(v_role, v_is_active),
            'email_changed', v_moves, 'account_changed', v_renames, 'employee_changed', p_employs
        )
    );
    RETURN QUERY SELECT * FROM portero.person_of(p_organization, p_number, true, p_actor);
END
$$;

-- Removes somebody from the organization with what it kept about them, and the account where it was its only one.
CREATE FUNCTION portero.delete_person(
    p_actor uuid, p_session uuid, p_organization uuid, p_number bigint, p_origin portero.origin
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_rights text[];
    v_user portero.users;
    v_membership portero.memberships;
    v_is_last boolean;
BEGIN
    PERFORM portero.hold(p_organization);
    v_rights := portero.require(p_actor, p_organization, 'manage_users');
    -- Taken for good: who makes them a member elsewhere at this moment waits.
    SELECT * INTO v_user FROM portero.users u WHERE u.number = p_number AND EXISTS (
        SELECT FROM portero.memberships m WHERE m.organization_id = p_organization AND m.user_id = u.id
    ) FOR UPDATE;
    v_membership := portero.take_member(p_organization, v_user.id, v_rights);
    IF v_user.id = p_actor THEN
        PERFORM portero.refuse('own_account');
    END IF;
    PERFORM portero.revoke_sessions(p_organization, v_user.id, false, NULL, p_actor, 'deactivated', p_origin);
    DELETE FROM portero.memberships m WHERE m.organization_id = p_organization AND m.user_id = v_user.id;
    PERFORM portero.check_admins();
    v_is_last := NOT EXISTS (SELECT FROM portero.memberships m WHERE m.user_id = v_user.id);
    PERFORM portero.log(
        p_origin, CASE WHEN v_is_last THEN 'user_deleted' ELSE 'user_membership_deleted' END, true, 'removed',
        v_user.id, p_session, p_organization, v_user.email, p_actor,
        jsonb_build_object('before', portero.membership_facts(v_membership.role_id, v_membership.is_active))
    );
    IF v_is_last THEN
        DELETE FROM portero.users u WHERE u.id = v_user.id;
    END IF;
END
$$;

-- One page of an organization's roles, of which there are never many; without a limit all of them. Those built in are found
-- and sorted by what the asking contract calls them: `p_words`, of the roles in `p_worded`.
CREATE FUNCTION portero.numbered_roles(
    p_organization uuid, p_only bigint, p_worded text[], p_words text[], p_search text, p_sort text,
    p_descending boolean, p_limit integer, p_offset bigint
) RETURNS TABLE (number bigint, name text, description text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
    SELECT h.number, h.name, h.description, h.created_at FROM (
        SELECT r.*, row_number() OVER (
                   ORDER BY CASE p_sort WHEN 'name' THEN portero.fold(r.name) COLLATE "C"
                                        WHEN 'description' THEN portero.fold(shown.description) COLLATE "C" END,
                            CASE p_sort WHEN 'created_at' THEN r.created_at END, r.number
               ) AS place
          FROM portero.roles r
          CROSS JOIN LATERAL (
              SELECT coalesce(
                         CASE WHEN r.built_in THEN p_words[array_position(p_worded, r.name)] END, r.description
                     ) AS description
          ) shown
         WHERE r.organization_id = p_organization AND (p_only IS NULL OR r.number = p_only)
           AND (p_search IS NULL
                OR strpos(portero.fold(r.name || E'\n' || shown.description), portero.fold_search(p_search)) > 0)
    ) h
     ORDER BY CASE WHEN p_descending THEN -h.place ELSE h.place END
     LIMIT p_limit OFFSET p_offset
$$;

-- The numbers of an organization's live sessions that somebody else opened and that do not count just now. Asked once for each
-- opener and role, not for each session.
CREATE FUNCTION portero.unbacked_sessions(p_organization uuid) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN ARRAY(
        WITH opened AS MATERIALIZED (
            SELECT s.number, s.opened_by, s.opened_by_key, m.role_id
              FROM portero.sessions s
              JOIN portero.memberships m
                ON m.organization_id = s.organization_id AND m.user_id = s.user_id AND m.is_active
             WHERE s.opened_in = p_organization AND s.ended_at IS NULL AND s.expires_at > now()
        ),
        kinds AS MATERIALIZED (SELECT DISTINCT o.opened_by, o.opened_by_key, o.role_id FROM opened o),
        unbacked AS MATERIALIZED (
            SELECT k.* FROM kinds k
             WHERE NOT portero.covers_opening(k.opened_by, k.opened_by_key, p_organization, portero.role_rights(k.role_id))
        )
        SELECT o.number FROM opened o JOIN unbacked u ON u.role_id = o.role_id
         WHERE (u.opened_by, u.opened_by_key) IS NOT DISTINCT FROM (o.opened_by, o.opened_by_key)
    );
END
$$;

-- One page of the live sessions whose active organization is this one, and how many there are that match; a row with no
-- session where it is empty; those that are refused here just now are left out. All are passed once, in the order of the list,
-- which is how they are counted: time ends them, and no trigger. Who does not manage users finds nobody by their dni.
CREATE FUNCTION portero.open_sessions(
    p_organization uuid, p_manages boolean, p_search text, p_sort text, p_descending boolean, p_limit integer, p_offset bigint
) RETURNS TABLE (
    total bigint, number bigint, user_number bigint, username text, email text, created_at timestamptz,
    expires_at timestamptz, address text, user_agent text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portero, pg_temp
SET jit = off SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    v_key text := CASE p_sort WHEN 'number' THEN 'd.number' WHEN 'user' THEN 'd.username, d.number'
                              WHEN 'expires_at' THEN 'd.expires_at, d.number' WHEN 'address' THEN 'd.address, d.number'
                              WHEN 'user_agent' THEN 'd.user_agent, d.number' ELSE 'd.created_at, d.number' END;
    v_unbacked bigint[] := portero.unbacked_sessions(p_organization);
    v_found portero.found;
    v_live refcursor;
    v_count bigint;
    v_numbers bigint[] := '{}';
BEGIN
    IF p_search IS NOT NULL THEN
        v_found := portero.search(p_organization, p_search, p_manages);
    END IF;
    OPEN v_live NO SCROLL FOR EXECUTE format(
        'SELECT d.number FROM %s ORDER BY %s',
        portero.rows_of(
            v_found, 'session_directory', 'user_number',
            'd.expires_at > now()' || CASE WHEN v_unbacked = '{}' THEN '' ELSE ' AND d.number <> ALL ($2)' END
        ),
        CASE WHEN p_descending THEN replace(v_key || ' DESC', ',', ' DESC,') ELSE v_key END
    ) USING p_organization, v_unbacked, NULL, v_found.numbers, v_found.bits, v_found.first;
    MOVE FORWARD least(p_offset, 2147483647)::integer FROM v_live;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    total := v_count;
    FOR place IN 1 .. p_limit LOOP
        FETCH v_live INTO number;
        EXIT WHEN NOT FOUND;
        v_numbers[place] := number;
    END LOOP;
    MOVE FORWARD ALL FROM v_live;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    total := total + cardinality(v_numbers) + v_count;
    CLOSE v_live;
    RETURN QUERY
    SELECT open_sessions.total, s.number, u.number, coalesce(u.username, u.email), u.email, s.created_at, s.expires_at,
           coalesce(s.reported_address, host(s.address)), coalesce(s.reported_user_agent, s.user_agent)
      FROM unnest(v_numbers) WITH ORDINALITY AS p (number, place)
      JOIN portero.sessions s ON s.number = p.number
      JOIN portero.users u ON u.id = s.user_id
     ORDER BY p.place;
    -- There are none so far back.
    IF NOT FOUND THEN
        number := NULL;
        RETURN NEXT;
    END IF;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    portero.people(uuid, text, text, boolean, integer, bigint),
    portero.person_of(uuid, bigint, boolean, uuid),
    portero.create_person(
        uuid, uuid, uuid, uuid, text, text, text, text, bigint, boolean, boolean, portero.employee, uuid, bytea, interval,
        bytea, portero.origin
    ),
    portero.update_person(
        uuid, uuid, uuid, bigint, text, text, text, bigint, boolean, boolean, portero.employee, uuid, bytea, interval, bytea,
        portero.origin
    ),
    portero.delete_person(uuid, uuid, uuid, bigint, portero.origin),
    portero.numbered_roles(uuid, bigint, text[], text[], text, text, boolean, integer, bigint),
    portero.open_sessions(uuid, boolean, text, text, boolean, integer, bigint)
TO portero_app;
