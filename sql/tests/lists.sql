-- The lists of people and sessions: what is kept for them is exact, and a page costs as much as what it reads.

\ir support/stage.sql

-- People with every kind of sort value, many of which tie; those of the other organization are found by the same words.
INSERT INTO portero.users (id, email, username, full_name, created_at, last_login_at)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p' || n * 7919 % 10007 || '@correo.example',
       CASE WHEN n % 3 > 0 THEN 'u' || n * 31 % 10007 || '_x' END, 'Persona', now() - make_interval(hours => n % 50),
       CASE WHEN n % 4 > 0 THEN now() - make_interval(mins => n % 70) END
  FROM generate_series(1, 6000) n;
INSERT INTO portero.memberships (organization_id, user_id, role_id, is_active)
SELECT r.organization_id, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, r.id, n % 5 > 0
  FROM generate_series(1, 6000) n
  JOIN portero.roles r ON r.organization_id = CASE WHEN n % 12 = 0 THEN :faro::uuid ELSE :cripta::uuid END
   AND r.name = CASE WHEN n % 2 = 0 THEN 'Staff' ELSE 'Usuario' END;
INSERT INTO portero.employees (organization_id, user_id, first_names, last_names, dni)
SELECT m.organization_id, m.user_id, 'José', 'Muñoz 100%', 'D' || u.number
  FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id WHERE u.number % 2 = 0;
INSERT INTO portero.sessions (
    id, number, user_id, organization_id, surface, created_at, expires_at, ended_at, ended_reason, address, user_agent,
    reported_address
)
SELECT gen_random_uuid(), 1000 + u.number * 7919 % 1000003, u.id, m.organization_id, 'usuarios',
       now() - make_interval(mins => (u.number % 90)::integer),
       now() + make_interval(hours => (u.number % 30)::integer - 2) + interval '1 second',
       CASE WHEN u.number % 7 = 0 THEN now() END, CASE WHEN u.number % 7 = 0 THEN 'logout' END,
       '10.0.0.0'::inet + u.number % 200, CASE WHEN u.number % 9 > 0 THEN 'Navegador ' || u.number % 11 END,
       CASE WHEN u.number % 13 = 0 THEN 'proxy' END
  FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id WHERE u.full_name = 'Persona';
VACUUM (ANALYZE);

-- What a list is, said as plainly as can be. Who matches is looked up once for all sorts.
CREATE TABLE testing.matches (search text, number bigint);
CREATE INDEX ON testing.matches (search);

CREATE FUNCTION testing.people(p_search text, p_sort text, p_descending boolean) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(l.number ORDER BY CASE WHEN p_descending THEN -l.place ELSE l.place END), '{}') FROM (
        SELECT u.number, row_number() OVER (ORDER BY CASE p_sort
                   WHEN 'username' THEN coalesce(lower(u.username), u.email_normalized)
                   WHEN 'email' THEN u.email_normalized WHEN 'is_active' THEN m.is_active::text
                   WHEN 'created_at' THEN to_char(u.created_at, 'YYYYMMDDHH24MISS.US')
                   WHEN 'last_login_at' THEN coalesce(to_char(u.last_login_at, 'YYYYMMDDHH24MISS.US'), '')
                   WHEN 'role' THEN lpad(r.number::text, 20) ELSE '' END COLLATE "C", u.number) AS place
          FROM testing.matches h JOIN portero.users u ON u.number = h.number
          JOIN portero.memberships m ON m.user_id = u.id JOIN portero.roles r ON r.id = m.role_id
         WHERE h.search = coalesce(p_search, '') AND m.organization_id = '01930000-0000-7000-8000-00000000000a'
    ) l
$$;

CREATE FUNCTION testing.open_sessions(p_search text, p_sort text, p_descending boolean) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(l.number ORDER BY CASE WHEN p_descending THEN -l.place ELSE l.place END), '{}') FROM (
        SELECT s.number, row_number() OVER (ORDER BY CASE p_sort
                   WHEN 'user' THEN coalesce(lower(u.username), u.email_normalized)
                   WHEN 'created_at' THEN to_char(s.created_at, 'YYYYMMDDHH24MISS.US')
                   WHEN 'expires_at' THEN to_char(s.expires_at, 'YYYYMMDDHH24MISS.US')
                   WHEN 'address' THEN coalesce(s.reported_address, host(s.address), '')
                   WHEN 'user_agent' THEN coalesce(s.reported_user_agent, s.user_agent, '') ELSE '' END COLLATE "C",
                   s.number) AS place
          FROM testing.matches h JOIN portero.users u ON u.number = h.number
          JOIN portero.sessions s ON s.user_id = u.id
          JOIN portero.memberships m ON m.organization_id = s.organization_id AND m.user_id = s.user_id AND m.is_active
         WHERE h.search = coalesce(p_search, '') AND s.organization_id = '01930000-0000-7000-8000-00000000000a'
           AND s.ended_at IS NULL AND s.expires_at > now() AND (s.opened_in IS NULL OR portero.opening_stands(s))
    ) l
$$;

CREATE FUNCTION testing.find(p_searches text[]) RETURNS void LANGUAGE sql AS $$
    TRUNCATE testing.matches;
    INSERT INTO testing.matches
    SELECT coalesce(search, ''), u.number
      FROM (
          SELECT u.number, portero.fold(
                     concat_ws(E'\n', u.username, u.email, e.first_names || ' ' || e.last_names, e.dni)
                 ) AS text
            FROM portero.memberships m JOIN portero.users u ON u.id = m.user_id
            LEFT JOIN portero.employees e ON e.organization_id = m.organization_id AND e.user_id = m.user_id
           WHERE m.organization_id = '01930000-0000-7000-8000-00000000000a'
          OFFSET 0
      ) u, unnest(p_searches) search
     WHERE strpos(u.text, coalesce(portero.fold(search), '')) > 0;
$$;

-- Every sort, order and search; pages at the beginning, at both sides of the middle, at the end and beyond.
CREATE FUNCTION testing.compare(p_list text, p_searches text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_organization uuid := '01930000-0000-7000-8000-00000000000a';
    v_all bigint[];
    v_page bigint[];
    v_total bigint;
    v_case record;
    v_offset bigint;
BEGIN
    FOR v_case IN
        SELECT search, sort, is_descending
          FROM unnest(p_searches) search,
               unnest(CASE p_list WHEN 'people' THEN ARRAY['number', 'username', 'email', 'is_active', 'created_at', 'last_login_at', 'role']
                                  ELSE ARRAY['number', 'user', 'created_at', 'expires_at', 'address', 'user_agent'] END) sort,
               unnest(ARRAY[false, true]) is_descending
    LOOP
        EXECUTE format('SELECT testing.%I($1, $2, $3)', p_list)
           INTO v_all USING v_case.search, v_case.sort, v_case.is_descending;
        FOREACH v_offset IN ARRAY ARRAY[
            0, 7, cardinality(v_all) / 2 - 9, cardinality(v_all) / 2 + 3, cardinality(v_all) - 7, cardinality(v_all), 100000
        ]::bigint[] LOOP
            CONTINUE WHEN v_offset < 0;
            EXECUTE format(
                'SELECT max(total), array_agg(n ORDER BY i) FILTER (WHERE n IS NOT NULL)
                   FROM (SELECT total, %s AS n, row_number() OVER () AS i FROM portero.%I($1, %s$2, $3, $4, 7, $5)) l',
                CASE p_list WHEN 'people' THEN '(person).number' ELSE 'number' END, p_list,
                CASE p_list WHEN 'open_sessions' THEN 'true, ' END
            ) INTO v_total, v_page USING v_organization, v_case.search, v_case.sort, v_case.is_descending, v_offset;
            PERFORM testing.expect(
                v_total = cardinality(v_all) AND coalesce(v_page, '{}') = v_all[v_offset + 1:v_offset + 7],
                format('%s are listed as they are: %s from %s: %s of %s', p_list, v_case, v_offset, v_total, cardinality(v_all))
            );
        END LOOP;
    END LOOP;
END
$$;

\set searches 'ARRAY[NULL, \'correo.example\', \'JOSE m\', \'_\', \'100%\', \'\\\\\', \'u12\', \'p77@\', \'nadie\', \'4\']'
SELECT testing.find(:searches), testing.compare('people', :searches), testing.compare('open_sessions', :searches);

-- Whatever has happened to people since a search was kept.
BEGIN;
DELETE FROM portero.memberships m USING portero.users u WHERE u.id = m.user_id AND u.number % 10 = 3 AND u.full_name = 'Persona';
UPDATE portero.users SET username = 'renombrada.' || number, email = 'otra' || number || '@correo.example' WHERE number % 10 = 4;
UPDATE portero.employees SET dni = 'Z' || number WHERE number % 10 = 5;
DELETE FROM portero.employees WHERE number % 10 = 6;
UPDATE portero.memberships m SET is_active = NOT m.is_active FROM portero.users u WHERE u.id = m.user_id AND u.number % 10 = 7 AND u.full_name = 'Persona';
UPDATE portero.users SET last_login_at = now() WHERE number % 10 = 8;
UPDATE portero.sessions SET ended_at = now(), ended_reason = 'revoked' WHERE number % 10 = 1 AND ended_at IS NULL;
UPDATE portero.sessions SET expires_at = now() - interval '1 hour' WHERE number % 10 = 2;
UPDATE portero.sessions SET reported_address = 'otra', reported_user_agent = repeat('ñ', 150) WHERE number % 10 = 3;
DELETE FROM portero.sessions WHERE number % 10 = 4;
-- Ana may open sessions for whomever, Bruno for nobody.
UPDATE portero.sessions SET opened_in = :cripta, opened_by = CASE WHEN number % 20 = 5 THEN :ana ELSE :bruno END::uuid
 WHERE number % 10 = 5 AND organization_id = :cripta;
INSERT INTO portero.users (id, email, full_name) VALUES ('00000000-0000-7000-8000-000000999999', 'jose.m@correo.example', 'Nueva');
SELECT testing.join(:cripta, '00000000-0000-7000-8000-000000999999', 'Staff') \g /dev/null
SELECT testing.find(:searches || ARRAY['renombrada', 'z', 'otra']),
       testing.compare('people', :searches || ARRAY['renombrada', 'z', 'otra']),
       testing.compare('open_sessions', :searches || ARRAY['renombrada', 'z', 'otra']);
SELECT testing.expect(
    (SELECT count(*) FROM portero.memberships WHERE organization_id = o.id) = portero.directory_size(o.id),
    'as many are kept as there are members of ' || o.slug
) FROM portero.organizations o;
ROLLBACK;
BEGIN;
TRUNCATE portero.memberships CASCADE;
SELECT testing.expect(portero.directory_size(o.id) = 0, 'none are kept where none are') FROM portero.organizations o;
ROLLBACK;

-- An organization goes with all that is kept of it.
BEGIN;
DELETE FROM portero.organizations WHERE id = :cripta;
SELECT testing.expect(
    NOT EXISTS (SELECT FROM portero.directory_tallies WHERE organization_id = :cripta)
    AND NOT EXISTS (SELECT FROM portero.searches WHERE organization_id = :cripta)
    AND NOT EXISTS (SELECT FROM portero.session_directory WHERE organization_id = :cripta),
    'nothing is kept of an organization that has gone'
);
ROLLBACK;

-- A page of the middle reads the entries of one index on the way there, forty to a block at least, and no row of the table;
-- asked twice, so that what a search finds is there.
CREATE FUNCTION testing.blocks(p_list text, p_search text, p_sort text, p_offset bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_plan json;
BEGIN
    FOR time IN 1..2 LOOP
        EXECUTE format(
            'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT * FROM portero.%I(%L, %s%L, %L, false, 10, %s)',
            p_list, '01930000-0000-7000-8000-00000000000a', CASE p_list WHEN 'open_sessions' THEN 'true, ' END, p_search, p_sort, p_offset
        ) INTO v_plan;
    END LOOP;
    RETURN (v_plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::integer + (v_plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::integer;
END
$$;
VACUUM (ANALYZE);
SELECT testing.expect(
    middle <= first + 5500 / 40 AND first <= 5500 / 10,
    format('%s by %s, %s: %s blocks for the first page, %s for one in the middle', list, sort, search, first, middle)
)
  FROM (
      SELECT list, sort, search, testing.blocks(list, search, sort, 0) AS first, testing.blocks(list, search, sort, 1300) AS middle
        FROM (VALUES ('people', 'number'), ('people', 'username'), ('people', 'email'), ('people', 'is_active'),
                     ('people', 'created_at'), ('people', 'last_login_at'), ('people', 'role'), ('open_sessions', 'number'),
                     ('open_sessions', 'user'), ('open_sessions', 'created_at'), ('open_sessions', 'expires_at'),
                     ('open_sessions', 'address'), ('open_sessions', 'user_agent')) l (list, sort),
             unnest(ARRAY[NULL, 'correo.example', 'jose', '4', 'u12', 'nadie']) search
      OFFSET 0
  ) b;
