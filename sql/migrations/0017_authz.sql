-- 0017 authz: what the booking application asks in SQL, in the same database.
--
-- Why    A transaction shows an access token once; from then on row policies know who acts and in which organization, by
--        the rights of that moment. The token's claim `ctx` proves session, end and organization under a key of the session
--        that only these functions read, so no key that signs tokens is in the database. What the transaction is bound to
--        stands in a setting which is proved in the same way, since anybody may write settings.
-- Locks  None.
-- Undo   DROP SCHEMA authz CASCADE, which drops the policies that protect() has written: their tables then show nothing.

CREATE SCHEMA authz;
GRANT USAGE ON SCHEMA authz TO PUBLIC;

-- What proves that authz.session() has written a context, in this transaction of this backend.
CREATE FUNCTION portero.context_code(p_key bytea, p_session uuid, p_expires bigint, p_organization uuid) RETURNS bytea
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN portero.keyed_hash(
    p_key, 'portero transaction context v1.'::bytea,
    uuid_send(p_session) || int8send(p_expires)
        || uuid_send(coalesce(p_organization, '00000000-0000-0000-0000-000000000000'::uuid))
        || int4send(pg_backend_pid()) || timestamptz_send(transaction_timestamp())
);

-- Compares two codes by digests under the key, so that the time it takes tells nothing about the right one.
CREATE FUNCTION portero.is_same_code(p_key bytea, p_one bytea, p_other bytea) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(p_key || 'portero comparison of codes v1.'::bytea || p_one)
     = sha256(p_key || 'portero comparison of codes v1.'::bytea || p_other);

-- Who acts in this transaction, in which organization, and whether they may do what is asked for: nulls for nobody.
--
-- All of it as it is now: a session that has ended, a closed account, a membership or role that was taken away count from
-- the next statement on. Never fails. Called by functions of the owner, whose search_path is fixed.
CREATE FUNCTION portero.context(
    p_permission text, OUT user_id uuid, OUT organization_id uuid, OUT is_permitted boolean
)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $$
DECLARE
    v_context text := current_setting('authz.context', true);
    v_session uuid;
    v_expires bigint;
    v_organization uuid;
BEGIN
    -- A bound within the pattern would cost more than all the rest.
    IF v_context IS NULL OR length(v_context) <> 144 OR v_context !~ '^[0-9a-f]*$' THEN
        RETURN;
    END IF;
    v_session := substr(v_context, 1, 32)::uuid;
    v_expires := ('x' || substr(v_context, 33, 16))::bit(64)::bigint;
    v_organization := nullif(substr(v_context, 49, 32), '00000000000000000000000000000000')::uuid;
    SELECT s.user_id, m.organization_id, EXISTS (
               SELECT FROM portero.role_permissions rp JOIN portero.permissions p ON p.id = rp.permission_id
                WHERE rp.role_id = m.role_id AND p.name = p_permission
           )
      INTO context.user_id, context.organization_id, context.is_permitted
      FROM portero.sessions s
      JOIN portero.users u ON u.id = s.user_id
      LEFT JOIN portero.memberships m
        ON m.organization_id = v_organization AND m.user_id = s.user_id AND m.is_active
     WHERE s.id = v_session AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND u.is_active
       AND v_expires > date_part('epoch', clock_timestamp())
       AND (v_organization IS NULL OR m.organization_id IS NOT NULL)
       AND CASE WHEN s.opened_in IS NULL THEN true ELSE s.opened_in = v_organization AND portero.opening_stands(s) END
       AND portero.is_same_code(
               s.claim_key, decode(substr(v_context, 81, 64), 'hex'),
               portero.context_code(s.claim_key, v_session, v_expires, v_organization)
           );
END
$$;

-- The bytes of a base64url text without padding; null for what is not their one spelling.
CREATE FUNCTION portero.from_base64url(p_text text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    v_bytes bytea;
BEGIN
    IF p_text !~ '^[A-Za-z0-9_-]+$' OR length(p_text) % 4 = 1 THEN
        RETURN NULL;
    END IF;
    v_bytes := decode(translate(p_text, '-_', '+/') || repeat('=', -length(p_text) & 3), 'base64');
    -- Bits of the last character that no byte uses are zero, or the same bytes would have several spellings.
    IF translate(encode(v_bytes, 'base64'), E'+/=\n', '-_') <> p_text THEN
        RETURN NULL;
    END IF;
    RETURN v_bytes;
END
$$;

-- Binds this transaction to whoever an access token speaks for, and answers their id.
--
-- Refuses with 28000 whatever is not a token of a live session, and of a member where it names an organization. Writes
-- nothing, so it works in read-only transactions and on standbys.
CREATE FUNCTION authz.session(token text) RETURNS uuid
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
DECLARE
    v_claims jsonb;
    v_session uuid;
    v_expires bigint;
    v_organization uuid;
    v_user uuid;
    v_key bytea;
BEGIN
    IF octet_length(token) <= 8192 AND token ~ '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' THEN
        BEGIN
            v_claims := convert_from(portero.from_base64url(split_part(token, '.', 2)), 'UTF8')::jsonb;
            v_session := (v_claims ->> 'sid')::uuid;
            v_organization := (v_claims ->> 'org')::uuid;
            v_expires := CASE WHEN jsonb_typeof(v_claims -> 'exp') = 'number' THEN (v_claims ->> 'exp')::bigint END;
        EXCEPTION
            -- Text in no encoding, no JSON, or nested too deeply; no id, no whole number, or one out of range.
            WHEN data_exception OR program_limit_exceeded THEN v_session := NULL;
        END;
        SELECT s.user_id, s.claim_key INTO v_user, v_key
          FROM portero.sessions s
          JOIN portero.users u ON u.id = s.user_id
         WHERE s.id = v_session AND s.user_id::text = v_claims ->> 'sub'
           AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND u.is_active
           AND v_expires > date_part('epoch', clock_timestamp())
           AND portero.is_same_code(
                   s.claim_key, portero.from_base64url(v_claims ->> 'ctx'),
                   portero.claim_code(s.claim_key, v_session, v_expires, v_organization)
               )
           AND (v_organization IS NULL OR EXISTS (
                   SELECT FROM portero.memberships m
                    WHERE m.organization_id = v_organization AND m.user_id = s.user_id AND m.is_active
               ))
           AND CASE
                   WHEN s.opened_in IS NULL THEN true ELSE s.opened_in = v_organization AND portero.opening_stands(s)
               END;
    END IF;
    IF v_user IS NULL THEN
        RAISE EXCEPTION 'the access token is refused' USING
            ERRCODE = 'invalid_authorization_specification',
            HINT = 'It is no access token of this server, has expired, its session has ended, or its person is no '
                'member of its organization any more: ask for another one at POST /auth/refresh.';
    END IF;
    PERFORM set_config(
        'authz.context',
        encode(
            uuid_send(v_session) || int8send(v_expires)
                || uuid_send(coalesce(v_organization, '00000000-0000-0000-0000-000000000000'::uuid))
                || portero.context_code(v_key, v_session, v_expires, v_organization),
            'hex'
        ),
        true
    );
    RETURN v_user;
END
$$;

-- The person of this transaction; null where no token was shown, or it counts no more.
CREATE FUNCTION authz.user_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (portero.context(NULL)).user_id;
END
$$;

-- The organization that the token was made for; null where it names none.
CREATE FUNCTION authz.organization_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN (portero.context(NULL)).organization_id;
END
$$;

-- Whether the person may do that in that organization now.
CREATE FUNCTION authz.has_permission(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = portero, pg_temp
AS $$
BEGIN
    RETURN coalesce((portero.context(permission)).is_permitted, false);
END
$$;

-- Where the person may do that in this transaction: in the token's organization, or nowhere. Never more than one row,
-- whatever else they are a member of: a token for one organization gives no power over another.
CREATE FUNCTION authz.organizations_with(permission text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = portero, pg_temp ROWS 1
AS $$
DECLARE
    v_context record := portero.context(permission);
BEGIN
    IF v_context.is_permitted THEN
        RETURN NEXT v_context.organization_id;
    END IF;
END
$$;

-- Limits a table to the rows of organizations in which the person of the transaction holds a permission.
--
-- For the table's owner, who is limited too. Done again, it replaces what it has written before. Partitions and tables that
-- inherit can be asked by themselves, past the policies above them: they get their own.
CREATE FUNCTION authz.protect("table" regclass, "column" name, permission text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_number smallint;
    v_type regtype;
    v_rule text;
    v_command text;
    v_others text;
    v_child regclass;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = "table" AND c.relkind IN ('r', 'p')) THEN
        RAISE EXCEPTION '% cannot be protected: it is no table', coalesce("table"::text, 'nothing') USING
            ERRCODE = 'wrong_object_type', HINT = 'Protect the tables behind it.';
    END IF;
    SELECT a.attnum, a.atttypid INTO v_number, v_type
      FROM pg_attribute a
     WHERE a.attrelid = "table" AND a.attname = "column" AND a.attnum > 0 AND NOT a.attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no column %', "table", coalesce(quote_ident("column"), 'without a name') USING
            ERRCODE = 'undefined_column', HINT = 'Name the column that holds the id of a row''s organization.';
    END IF;
    IF v_type <> 'uuid'::regtype THEN
        RAISE EXCEPTION 'the column % of % is of type %', quote_ident("column"), "table", v_type USING
            ERRCODE = 'datatype_mismatch', HINT = 'The id of an organization is a uuid.';
    END IF;
    IF permission IS NULL OR permission !~ '^[a-z][a-z0-9_]{1,62}$' THEN
        RAISE EXCEPTION '% is no name of a permission', coalesce(quote_literal(permission), 'null') USING
            ERRCODE = 'invalid_parameter_value',
            HINT = 'A permission is called like manage_bookings: a letter, then letters, digits and _ (2 to 63).';
    END IF;

    -- Compared with one value, not with a list: the planner knows how many rows that finds, and keeps an index's order.
    v_rule := format('%I = (SELECT authz.organizations_with(%L))', "column", permission);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', "table");
    FOREACH v_command IN ARRAY ARRAY['select', 'insert', 'update', 'delete'] LOOP
        IF EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = "table" AND p.polname = 'authz_' || v_command) THEN
            EXECUTE format('DROP POLICY %I ON %s', 'authz_' || v_command, "table");
        END IF;
        EXECUTE format('CREATE POLICY %I ON %s FOR %s', 'authz_' || v_command, "table", v_command)
            || CASE WHEN v_command <> 'insert' THEN format(' USING (%s)', v_rule) ELSE '' END
            || CASE WHEN v_command IN ('insert', 'update') THEN format(' WITH CHECK (%s)', v_rule) ELSE '' END;
    END LOOP;

    SELECT string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname) INTO v_others
      FROM pg_policy p
     WHERE p.polrelid = "table" AND p.polpermissive
       AND p.polname NOT IN ('authz_select', 'authz_insert', 'authz_update', 'authz_delete');
    IF v_others IS NOT NULL THEN
        RAISE NOTICE '% has other policies, which let in more: %', "table", v_others;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = "table" AND i.indkey[0] = v_number AND i.indpred IS NULL) THEN
        RAISE NOTICE '% has no index that begins with %: every statement will read the whole table',
            "table", quote_ident("column");
    END IF;

    FOR v_child IN SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = "table" ORDER BY 1 LOOP
        PERFORM authz.protect(v_child, "column", permission);
    END LOOP;
    IF EXISTS (SELECT FROM pg_class c WHERE c.oid = "table" AND c.relkind = 'p') THEN
        RAISE NOTICE 'partitions that % gets later are open to whoever is granted them: protect it again then', "table";
    END IF;
END
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA portero, authz FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    authz.session(text), authz.user_id(), authz.organization_id(), authz.has_permission(text),
    authz.organizations_with(text), authz.protect(regclass, name, text)
TO PUBLIC;
