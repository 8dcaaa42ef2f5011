"""A published price version never changes: only its end may be set, once; and it is never deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION qingyuan_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'price version % is published and never deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.effective_to IS NULL AND NEW.effective_to IS NOT NULL THEN
    OLD.effective_to := NEW.effective_to;
  END IF;
  IF OLD IS DISTINCT FROM NEW THEN
    RAISE EXCEPTION 'price version % is published and never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_version_published BEFORE UPDATE OR DELETE ON price_version
  FOR EACH ROW WHEN (OLD.state = 'PUBLISHED') EXECUTE FUNCTION qingyuan_published_version();
"""

BACKWARD = """
DROP TRIGGER price_version_published ON price_version;
DROP FUNCTION qingyuan_published_version();
"""


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0002_guards")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
