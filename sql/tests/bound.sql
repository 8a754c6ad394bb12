-- People in the organization that a request belongs to which names none: how it is found, and who may register as what.

\ir support/stage.sql

INSERT INTO portero.organization_domains (domain, organization_id) VALUES ('cripta.example', :cripta);

SELECT testing.expect(
    portero.bound_organization('cripta.example', 'faro') = :cripta, 'the host counts more than the slug'
);
SELECT testing.expect(portero.bound_organization('other.example', 'faro') = :faro, 'an unknown host falls back to the slug');
SELECT testing.expect(portero.bound_organization(NULL, 'faro') = :faro, 'no host falls back to the slug');
SELECT testing.expect(portero.bound_organization('other.example', 'nowhere') IS NULL, 'and no slug to nothing');

-- Registers somebody in La Cripta, as the server does.
CREATE FUNCTION testing.register(
    p_name text, p_role text, p_actor uuid DEFAULT NULL, p_active boolean DEFAULT true, p_number bigint DEFAULT NULL,
    p_slug text DEFAULT 'nowhere', p_host text DEFAULT 'cripta.example'
) RETURNS portero.bound_person LANGUAGE sql
AS $$
    SELECT portero.register_member(
        gen_random_uuid(), p_name || '@correo.example', p_name, initcap(p_name), '$2b$10$x', gen_random_uuid(), '\x00',
        '1 hour', '\x00', p_host, p_slug, p_number, p_role, ARRAY['Usuario', 'cliente'], p_active, p_actor, NULL,
        ROW('usuarios', '127.0.0.1', NULL, 'r', 'es')::portero.origin
    )
$$;

CREATE FUNCTION testing.refused(p_refusal text, p_statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_constraint text;
BEGIN
    BEGIN
        EXECUTE p_statement;
    EXCEPTION
        WHEN integrity_constraint_violation OR unique_violation THEN
            GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME;
            PERFORM testing.expect(v_constraint = p_refusal, p_statement || ': refused as ' || v_constraint);
            RETURN;
    END;
    RAISE EXCEPTION 'broken: % was not refused', p_statement;
END
$$;

SELECT testing.expect((testing.register('eva', NULL)).role_name = 'Usuario', 'who asks for no role gets Usuario');
SELECT testing.expect((testing.register('leo', 'USUARIO')).role_name = 'Usuario', 'roles are named in any case');
SELECT testing.expect(
    m.organization_id = :cripta AND m.is_active AND u.last_organization_id = :cripta, 'a member at once, and of that one'
) FROM portero.users u JOIN portero.memberships m ON m.user_id = u.id WHERE u.username = 'eva';
SELECT testing.expect(count(*) = 2, 'a mail asks each to verify their address')
  FROM portero.mail_outbox WHERE kind = 'verify_email';
SELECT testing.expect(count(*) = 2, 'each stands in the organization''s audit trail')
  FROM portero.auth_logs WHERE event = 'user_created' AND organization_id = :cripta AND details ->> 'role' = 'Usuario';
SELECT testing.expect((testing.register('rita', NULL, NULL, false)).is_active, 'nobody bars themselves');

SELECT testing.refused('role_unknown', $$SELECT testing.register('x', 'Nadie')$$);
SELECT testing.refused('role_unknown', $$SELECT testing.register('x', 'cliente')$$);
SELECT testing.refused('role_unknown', format(
    'SELECT testing.register(%L, NULL, NULL, true, %s)', 'x',
    (SELECT r.number FROM portero.roles r WHERE r.organization_id = :faro AND r.name = 'Usuario')
));
SELECT testing.refused('role_not_open', $$SELECT testing.register('x', 'Admin')$$);
SELECT testing.refused('role_not_open', format('SELECT testing.register(%L, %L, %L)', 'x', 'Staff', :bruno));
SELECT testing.refused('role_not_open', format('SELECT testing.register(%L, %L, %L)', 'x', 'Staff', :clara));
SELECT testing.refused('organization_not_bound', $$SELECT testing.register('x', NULL, p_host => NULL)$$);
SELECT testing.refused('users_email_key', $$SELECT testing.register('EVA', NULL)$$);

SELECT testing.expect((testing.register('sara', 'Staff', :ana)).role_name = 'Staff', 'who manages users gives other roles');
SELECT testing.expect(
    NOT (testing.register('teo', 'Staff', :ana, false)).is_active, 'and makes members who may not come in yet'
);
SELECT testing.expect(actor_id = :ana AND user_id <> :ana, 'which the audit trail says')
  FROM portero.auth_logs WHERE event = 'user_created' AND email = 'sara@correo.example';

-- Bruno gets the right to manage users, and still cannot give what he lacks.
INSERT INTO portero.roles (id, organization_id, name) VALUES ('01930000-0000-7000-8000-0000000000f1', :cripta, 'Acogida');
INSERT INTO portero.role_permissions (organization_id, role_id, permission_id)
SELECT :cripta, '01930000-0000-7000-8000-0000000000f1', p.id FROM portero.permissions p WHERE p.name = 'manage_users';
UPDATE portero.memberships SET role_id = '01930000-0000-7000-8000-0000000000f1' WHERE user_id = :bruno;
SELECT testing.refused('grants_more_than_held', format('SELECT testing.register(%L, %L, %L)', 'x', 'Staff', :bruno));
SELECT testing.expect((testing.register('uma', 'Acogida', :bruno)).role_name = 'Acogida', 'but what he holds');

SELECT testing.expect(portero.email_of_username('eva') = 'eva@correo.example', 'a username leads to the address');
SELECT testing.expect(portero.email_of_username('nadie') IS NULL, 'or to nothing');

-- A token's person is looked up where the request belongs.
SELECT testing.expect(
    a.organization_id = :cripta AND a.role_name = 'Admin' AND a.session_number = 1, 'the person in the bound organization'
) FROM portero.authenticate_bound(:ana_session, :ana, 'cripta.example', 'faro') a;
SELECT testing.expect(a.role_name = 'Usuario', 'whichever the session works in')
  FROM portero.authenticate_bound(:ana_session, :ana, NULL, 'faro') a;
SELECT testing.expect(count(*) = 1 AND bool_and(a.user_number IS NULL), 'who is no member is nobody there')
  FROM portero.authenticate_bound(:clara_session, :clara, 'cripta.example', 'faro') a;

SELECT testing.expect(
    NOT has_table_privilege('portero_app', 'public.sesion', 'SELECT')
        AND NOT has_table_privilege('booking_app', 'public.sesion', 'SELECT'),
    'nobody but the owner reads the view of sessions'
);
