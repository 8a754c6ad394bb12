-- Takes :count, :name and :hash.
BEGIN;

WITH people AS (
    INSERT INTO portero.users (id, email, full_name, password_hash, email_verified_at)
    SELECT gen_random_uuid(), :'name' || '-' || n || '@example.com', 'Persona Número ' || n, :'hash', now()
      FROM generate_series(1, :count) n
    RETURNING id, email
), sessions AS (
    INSERT INTO portero.sessions (id, number, user_id, surface, expires_at, address, user_agent)
    SELECT gen_random_uuid(), 1 + floor(random() * 9007199254740990)::bigint, id, 'escape-room',
           now() + interval '30 days', '127.0.0.1', 'seed'
      FROM people
    RETURNING id, user_id
)
INSERT INTO portero.refresh_tokens (digest, session_id)
SELECT sha256(convert_to(
           rtrim(translate(encode(sha256(convert_to(
               :'name' || ' ' || substring(p.email FROM '-([0-9]+)@'), 'UTF8'
           )), 'base64'), '+/', '-_'), '='),
           'UTF8'
       )), s.id
  FROM people p JOIN sessions s ON s.user_id = p.id;

COMMIT;
ANALYZE portero.users, portero.sessions, portero.refresh_tokens;
