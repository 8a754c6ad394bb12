-- SI-5 of security.md, as far as it concerns what there is. None of these may find a row; each comment says what a row
-- would be. People and sessions that people.sql made (agent 'seed') have no log rows of their own making.

-- session with more than one unused refresh token: a fork
SELECT session_id, count(*) FROM portero.refresh_tokens WHERE used_at IS NULL GROUP BY 1 HAVING count(*) > 1;

-- live session without an unused refresh token: lost to its person
SELECT s.id FROM portero.sessions s
 WHERE s.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM portero.refresh_tokens t WHERE t.session_id = s.id AND t.used_at IS NULL);

-- used refresh token without its successor
SELECT encode(t.digest, 'hex') FROM portero.refresh_tokens t
 WHERE t.successor IS NOT NULL
   AND NOT EXISTS (SELECT FROM portero.refresh_tokens n WHERE n.digest = t.successor AND n.session_id = t.session_id);

-- session that ended by a reuse, which nobody committed here
SELECT id, user_id FROM portero.sessions WHERE ended_reason = 'token_reuse';

-- two people with one address
SELECT email_normalized, count(*) FROM portero.users GROUP BY 1 HAVING count(*) > 1;

-- live session of somebody inactive
SELECT s.id FROM portero.sessions s JOIN portero.users u ON u.id = s.user_id WHERE s.ended_at IS NULL AND NOT u.is_active;

-- live session older than its person's newest password, and not the one that set it
SELECT DISTINCT s.id, s.created_at, l.occurred_at
  FROM portero.sessions s
  JOIN portero.auth_logs l ON l.user_id = s.user_id AND l.event = 'authn_password_change' AND l.success
 WHERE s.ended_at IS NULL AND s.created_at < l.occurred_at AND s.id IS DISTINCT FROM l.session_id;

-- more than one live code of a person
SELECT user_id, purpose, count(*) FROM portero.one_time_codes
 WHERE used_at IS NULL AND replaced_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1;

-- code without its mail
SELECT c.id FROM portero.one_time_codes c WHERE NOT EXISTS (SELECT FROM portero.mail_outbox m WHERE m.id = c.id);

-- person without a log row, or with several
SELECT u.email, count(l.id) FROM portero.users u
  LEFT JOIN portero.auth_logs l ON l.user_id = u.id AND l.event = 'user_created'
 WHERE u.email NOT LIKE 'seed%' GROUP BY u.id, u.email HAVING count(l.id) <> 1;

-- person without the code and the mail that verify their address
SELECT u.email FROM portero.users u
 WHERE u.email NOT LIKE 'seed%'
   AND NOT EXISTS (SELECT FROM portero.one_time_codes c WHERE c.user_id = u.id AND c.purpose = 'verify_email');

-- login without a log row, or with several
SELECT s.id, count(l.id) FROM portero.sessions s
  LEFT JOIN portero.auth_logs l ON l.session_id = s.id AND l.event = 'authn_login_success'
 WHERE s.user_agent IS DISTINCT FROM 'seed' GROUP BY s.id HAVING count(l.id) <> 1;

-- session whose rotations are not as many as their log rows
SELECT coalesce(t.session_id, l.session_id), t.count, l.count
  FROM (SELECT session_id, count(*) FROM portero.refresh_tokens WHERE used_at IS NOT NULL GROUP BY 1) t
  FULL JOIN (
      SELECT session_id, count(*) FROM portero.auth_logs
       WHERE event = 'authn_token_created' AND success AND reason IS NULL GROUP BY 1
  ) l USING (session_id)
 WHERE t.count IS DISTINCT FROM l.count;

-- logout without a log row, or with several
SELECT s.id, count(l.id) FROM portero.sessions s
  LEFT JOIN portero.auth_logs l ON l.session_id = s.id AND l.event = 'authn_token_revoked' AND l.reason = 'logout'
 WHERE s.ended_reason = 'logout' GROUP BY s.id HAVING count(l.id) <> 1;

-- logged logout of a session that has not ended
SELECT l.session_id FROM portero.auth_logs l JOIN portero.sessions s ON s.id = l.session_id
 WHERE l.event = 'authn_token_revoked' AND l.reason = 'logout' AND s.ended_at IS NULL;

-- password changes that are not as many as their mails
SELECT u.email, changes.count, mails.count FROM portero.users u
  LEFT JOIN (
      SELECT user_id, count(*) FROM portero.auth_logs WHERE event = 'authn_password_change' AND success GROUP BY 1
  ) changes ON changes.user_id = u.id
  LEFT JOIN (
      SELECT recipient, count(*) FROM portero.mail_outbox WHERE kind = 'password_changed' GROUP BY 1
  ) mails ON mails.recipient = u.email
 WHERE changes.count IS DISTINCT FROM mails.count;

-- log row of a person or session that there never was
SELECT l.event, l.user_id, l.session_id FROM portero.auth_logs l
 WHERE l.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM portero.users u WHERE u.id = l.user_id)
    OR l.session_id IS NOT NULL AND NOT EXISTS (SELECT FROM portero.sessions s WHERE s.id = l.session_id);

-- transaction that somebody left open for more than a second
SELECT pid, state, now() - state_change FROM pg_stat_activity
 WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second';
