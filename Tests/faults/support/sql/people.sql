-- Takes :count, :name, :hash and :sessions, of which each person has so many: the first one's refresh token we know.
BEGIN;

WITH people AS (
    INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
    SELECT gen_random_uuid(), :'name' || '-' || n || '@example.com', 'Persona Número ' || n, :'hash', now()
      FROM generate_series(1, :count) n
    RETURNING id, email
), places AS MATERIALIZED (
    SELECT gen_random_uuid() AS session, p.id AS person, n, substring(p.email FROM '-([0-9]+)@') AS number
      FROM people p CROSS JOIN generate_series(1, :sessions) n
), sessions AS (
    INSERT INTO portero.sessions (id, number, user_id, surface, expires_at, address, user_agent)
    SELECT session, 1 + floor(random() * 9007199254740990)::bigint, person, 'escape-room',
           now() + interval '30 days', '127.0.0.1', 'seed'
      FROM places
)
INSERT INTO portero.refresh_tokens (digest, session_id)
SELECT sha256(convert_to(
           rtrim(translate(encode(sha256(convert_to(
               :'name' || ' ' || number || CASE WHEN n > 1 THEN ' ' || n ELSE '' END, 'UTF8'
           )), 'base64'), '+/', '-_'), '='),
           'UTF8'
       )), session
  FROM places;

COMMIT;
ANALYZE portero.users, portero.sessions, portero.refresh_tokens;
