-- The stage, on a server with a standby; its last line is a token of Bruno's.

\ir stage.sql
\o
\echo :bruno_in_cripta
