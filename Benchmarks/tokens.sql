-- Gives some sessions of the bench two unused refresh tokens, and forgets those of earlier rounds.
--
-- The session of every :stride-th user, :people in all: one token for wrk, base64url(SHA-256('bench ROUND n')), as
-- Benchmarks/premises.py computes it too; one for pgbench, whose digest is that of '0-(10^11+n)'. Successors of the latter
-- count up from there.

TRUNCATE portero.refresh_tokens;
INSERT INTO portero.refresh_tokens (digest, session_id)
SELECT sha256(convert_to(
           rtrim(translate(encode(sha256(convert_to('bench ' || :'round' || ' ' || n, 'UTF8')), 'base64'), '+/', '-_'), '='),
           'UTF8'
       )),
       ('00000000-0000-7000-8002-' || 100000000000 + n * :stride)::uuid
  FROM generate_series(1, :people) n
UNION ALL
SELECT sha256(('0-' || 100000000000 + n)::bytea), ('00000000-0000-7000-8002-' || 100000000000 + n * :stride)::uuid
  FROM generate_series(1, :people) n;
VACUUM (ANALYZE) portero.refresh_tokens, portero.sessions;
CHECKPOINT;
