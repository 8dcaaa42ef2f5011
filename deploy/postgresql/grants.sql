-- Run as qingyuan_owner in the database qingyuan after each `qingyuan prepare` or `qingyuan migrate`:
--   psql -v ON_ERROR_STOP=1 -d qingyuan -f grants.sql
-- The app role may read and write rows. Tables that only grow cannot be changed, emptied or thinned out by it: the
-- triggers refuse it too, but a right that is not there needs no trigger.
GRANT USAGE ON SCHEMA public TO qingyuan_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO qingyuan_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO qingyuan_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO qingyuan_app;
REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM qingyuan_app;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM qingyuan_app;

DO $$
DECLARE
  guarded record;
BEGIN
  FOR guarded IN
    SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS name, t.tgname LIKE '%\_append\_only' AS only_grows
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = 'public'
      AND (t.tgname LIKE '%\_append\_only' OR t.tgname LIKE '%\_no\_delete')
  LOOP
    EXECUTE format('REVOKE DELETE ON %s FROM qingyuan_app', guarded.name);
    IF guarded.only_grows THEN
      EXECUTE format('REVOKE UPDATE ON %s FROM qingyuan_app', guarded.name);
    END IF;
  END LOOP;
END $$;
