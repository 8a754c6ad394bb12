-- Which tokens count: authentic ones of live sessions, for as long and where they say. Every refusal is a 28000.

\ir support/stage.sql

-- All that can be refused, each for one reason only.
CREATE TABLE testing.refused (rule text, token text);
GRANT SELECT ON testing.refused TO PUBLIC;
INSERT INTO testing.refused
SELECT rule, testing.token_of(replace(good.payload, part, replacement))
  FROM (
      SELECT testing.payload(:bruno_session, 1999999999, :cripta, portero.claim_mac(:bruno_session, 1999999999, :cripta))
  ) good (payload),
  (VALUES
      ('a stretched life', '1999999999', '2999999999'), ('a shortened one', '1999999999', '1999999998'),
      ('another organization', :cripta, :faro), ('no organization', ',"org":"' || :cripta || '"', ''),
      ('another session', :bruno_session, :ana_session), ('another person', :bruno, :ana),
      ('no session', '"sid"', '"sib"'), ('no person', '"sub"', '"sun"'), ('no end', '"exp"', '"ex"'),
      ('no code', '"ctx"', '"ct"'), ('an end as a text', '1999999999', '"1999999999"'), ('a fraction', '1999999999', '1999999999.5'),
      ('a negative end', '1999999999', '-1'), ('a huge end', '1999999999', '99999999999999999999'),
      ('an enormous end', '1999999999', '1e400'), ('an impossible end', '1999999999', '1e999999'),
      ('no end at all', '1999999999', 'null'), ('an end that is a list', '1999999999', '[1999999999]'),
      ('ids that are numbers', '"' || :bruno_session || '"', '5'), ('ids that are none', :bruno_session, 'x'),
      ('an id too long', :bruno_session, :bruno_session || '0'), ('a session that is null', '"' || :bruno_session || '"', 'null'),
      ('an organization that is none', :cripta, ''), ('an organization that is an object', '"' || :cripta || '"', '{}'),
      ('a NUL', :bruno_session, '\u0000'), ('half a surrogate', :bruno_session, '\ud800'), ('no JSON', '}', ''),
      ('JSON and more', '}', '}}'), ('an empty code', '"ctx":"', '"ctx":"","x":"')
  ) AS change (rule, part, replacement);
INSERT INTO testing.refused VALUES
    ('null', NULL), ('nothing', ''), ('a dot', '.'), ('two dots', '..'), ('three', '...'), ('a word', 'token'),
    ('a quote', ''''), ('spaces', '   '), ('an array', testing.token_of('[]')), ('a list of claims', testing.token_of('["sid"]')),
    ('a text', testing.token_of('"sid"')), ('a number', testing.token_of('5')), ('JSON''s null', testing.token_of('null')),
    ('no claims', testing.token_of('{}')), ('nested lists', testing.token_of(repeat('[', 5000))),
    ('nested objects', testing.token_of(repeat('{"a":', 1000))), ('bytes in no encoding', 'e30.__79.c2ln'),
    ('a NUL byte', 'e30.AA.c2ln'), ('base64 with a character too many', 'e30.AAAAA.c2ln'), ('base64 of today', 'e30.e30=.c2ln'),
    ('the other base64', 'e30.+/+/.c2ln'), ('another spelling of {}', 'e30.e31.c2ln'), ('a mebibyte', repeat('a', 1048576)),
    ('a mebibyte of dots', repeat('a.', 524288));
INSERT INTO testing.refused
SELECT rule, token FROM (VALUES
    ('one that has expired', testing.token(:bruno_session, :cripta, -1)),
    ('one that expires now', testing.token(:bruno_session, :cripta, 0)),
    ('one for an organization that is not theirs', testing.token(:bruno_session, :faro)),
    ('one for an organization that nobody has', testing.token(:bruno_session, gen_random_uuid())),
    ('one without its signature', split_part(:'bruno_in_cripta', '.', 1) || '.' || split_part(:'bruno_in_cripta', '.', 2)),
    ('one with an empty signature', regexp_replace(:'bruno_in_cripta', '[^.]*$', '')),
    ('one with a fourth part', :'bruno_in_cripta' || '.x'), ('one with its scheme', 'Bearer ' || :'bruno_in_cripta'),
    ('one with a line feed', :'bruno_in_cripta' || E'\n'), ('one with padding', replace(:'bruno_in_cripta', '.c2ln', '=.c2ln')),
    ('one of more than 8 KiB', :'bruno_in_cripta' || repeat('a', 8192)),
    ('the code of a context', testing.token_of(testing.payload(
        :bruno_session, 1999999999, :cripta,
        (SELECT portero.context_code(claim_key, id, 1999999999, :cripta) FROM portero.sessions WHERE id = :bruno_session)
    ))),
    ('a code under another session''s key', testing.token_of(testing.payload(
        :bruno_session, 1999999999, :cripta,
        (SELECT portero.claim_code(claim_key, :bruno_session, 1999999999, :cripta) FROM portero.sessions WHERE id = :ana_session)
    ))),
    ('a code of zeros', testing.token_of(testing.payload(:bruno_session, 1999999999, :cripta, decode(repeat('00', 32), 'hex')))),
    ('the session''s id for a code', testing.token_of(testing.payload(:bruno_session, 1999999999, :cripta, uuid_send(:bruno_session))))
) AS made (rule, token);
-- No unpaired change: each of these differs from what is accepted.
SELECT testing.expect(count(*) = 68, 'the list is as long as it was written: ' || count(*)) FROM testing.refused;

SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT testing.refuses('28000', format('SELECT authz.session(%L)', token), rule) FROM testing.refused;
SELECT testing.expect(authz.user_id() IS NULL, 'what was refused has left nothing');
COMMIT;

BEGIN;
SELECT testing.expect(authz.session(:'clara_nowhere') = :clara, 'who works nowhere is somebody');
SELECT testing.expect(
    authz.user_id() = :clara AND authz.organization_id() IS NULL AND NOT authz.has_permission('manage_bookings'),
    'but may do nothing anywhere'
);
COMMIT;

-- Live for a moment longer than this takes, then over in the middle of the transaction.
RESET SESSION AUTHORIZATION;
SELECT testing.token(:bruno_session, :cripta, 4) AS short, extract(epoch FROM clock_timestamp()) + 5 AS until \gset
SET SESSION AUTHORIZATION booking_app;
BEGIN;
SELECT authz.session(:'short');
SELECT testing.expect((SELECT count(*) FROM public.bookings) = 2, 'until its end a token counts');
SELECT pg_sleep(greatest(0, :until - extract(epoch FROM clock_timestamp())));
SELECT testing.expect(
    (SELECT count(*) FROM public.bookings) = 0 AND authz.user_id() IS NULL, 'then no more, in the same transaction'
);
COMMIT;
