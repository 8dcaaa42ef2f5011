"""A closed session stays as it was closed; an open one changes by its close alone."""

from django.db import migrations
from django.db.migrations.operations.special import RunSQL

_SESSION = """
CREATE FUNCTION payments_session_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'CLOSED' OR (NEW.id, NEW.company_id, NEW.session_no, NEW.unit_id, NEW.cashier_id, NEW.opened_at,
      NEW.float_amount) IS DISTINCT FROM (OLD.id, OLD.company_id, OLD.session_no, OLD.unit_id, OLD.cashier_id,
      OLD.opened_at, OLD.float_amount) THEN
    RAISE EXCEPTION 'a cash session changes by its close alone' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cash_session_stays BEFORE UPDATE ON cash_session
  FOR EACH ROW EXECUTE FUNCTION payments_session_stays();
"""
_SESSION_BACK = """
DROP TRIGGER cash_session_stays ON cash_session;
DROP FUNCTION payments_session_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_guards")]

    operations = [RunSQL(_SESSION, _SESSION_BACK)]
