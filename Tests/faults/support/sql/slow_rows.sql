-- Makes every change of a row that people share take up to 15 ms while its lock is held, so that two who lock in different
-- orders meet.

CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(random() * 0.015);
    RETURN coalesce(NEW, OLD);
END
$$;

CREATE TRIGGER dawdle BEFORE UPDATE OR DELETE ON portero.users FOR EACH ROW EXECUTE FUNCTION public.dawdle();
CREATE TRIGGER dawdle BEFORE UPDATE OR DELETE ON portero.sessions FOR EACH ROW EXECUTE FUNCTION public.dawdle();
CREATE TRIGGER dawdle BEFORE UPDATE OR DELETE ON portero.refresh_tokens FOR EACH ROW EXECUTE FUNCTION public.dawdle();
CREATE TRIGGER dawdle BEFORE UPDATE OR DELETE ON portero.one_time_codes FOR EACH ROW EXECUTE FUNCTION public.dawdle();
CREATE TRIGGER dawdle BEFORE UPDATE OR DELETE ON portero.login_failures FOR EACH ROW EXECUTE FUNCTION public.dawdle();
