-- 0013 audit reading: the indexes behind an organization's pages of the audit trail.
--
-- Why    Pages go by (occurred_at, id), newest first, also through millions of rows and for one event. Rows of
--        authn_token_created are left out of the second index: refreshing is what a server does most, and such rows are so
--        many that the first index finds a page of them soon. A person's rows are found by auth_logs_by_user.
-- Locks  ACCESS EXCLUSIVE on auth_logs while the indexes are made.
-- Undo   Forward only.

DROP INDEX portero.auth_logs_by_organization;
CREATE INDEX auth_logs_by_organization ON portero.auth_logs (organization_id, occurred_at, id);
CREATE INDEX auth_logs_by_event ON portero.auth_logs (organization_id, event, occurred_at, id)
    WHERE event <> 'authn_token_created';
