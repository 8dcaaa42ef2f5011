"""The books balance by the database's own rules: journals, entries, and what may change of a receivable."""

from django.db import migrations
from django.db.migrations.operations.special import RunSQL

from qingyuan.platform.immutability import append_only

# A deferred trigger on entry rows would be quadratic (each entry adds up its whole journal). The journal row's trigger
# adds up once; the statement trigger on entries keeps later transactions from adding to a journal already proved.
_JOURNAL = """
ALTER TABLE journal ADD COLUMN created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION ledger_journal_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entries bigint;
  total numeric;
  strange bigint;
BEGIN
  SELECT count(*), coalesce(sum(e.amount), 0), count(*) FILTER (WHERE c.company_id <> NEW.company_id)
    INTO entries, total, strange
    FROM entry e JOIN chart_account c ON c.id = e.chart_account_id WHERE e.journal_id = NEW.id;
  IF entries < 2 OR total <> 0 THEN
    RAISE EXCEPTION 'journal % does not balance: % entries, sum %', NEW.id, entries, total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balanced';
  END IF;
  IF strange > 0 THEN
    RAISE EXCEPTION 'journal % has entries on another company''s accounts', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_own_accounts';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON journal
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balanced();

CREATE FUNCTION ledger_entry_of_this_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (SELECT DISTINCT journal_id FROM new_entries) n LEFT JOIN journal j ON j.id = n.journal_id
    WHERE j.created_xid IS DISTINCT FROM pg_current_xact_id()
  ) THEN
    RAISE EXCEPTION 'entries are added in the journal''s own transaction only'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'entry_own_transaction';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER entry_own_transaction AFTER INSERT ON entry
  REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_of_this_transaction();
"""
_JOURNAL_BACK = """
DROP TRIGGER entry_own_transaction ON entry;
DROP FUNCTION ledger_entry_of_this_transaction();
DROP TRIGGER journal_balanced ON journal;
DROP FUNCTION ledger_journal_balanced();
ALTER TABLE journal DROP COLUMN created_xid;
"""

_OPEN_ITEM = """
CREATE TRIGGER open_item_only_outstanding BEFORE UPDATE OF
  id, company_id, unit_id, account_id, customer_id, kind, bill_id, label, yyyymm, posting_date, due_date, amount,
  journal_id
  ON open_item FOR EACH STATEMENT EXECUTE FUNCTION qingyuan_refuse_change();
ALTER TABLE account_balance SET (fillfactor = 70);
CREATE TRIGGER prepayment_only_balance BEFORE UPDATE OF id, company_id, account_id, customer_id
  ON prepayment FOR EACH STATEMENT EXECUTE FUNCTION qingyuan_refuse_change();
"""
_OPEN_ITEM_BACK = """
DROP TRIGGER open_item_only_outstanding ON open_item;
DROP TRIGGER prepayment_only_balance ON prepayment;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_netting_and_reversals")]

    operations = [
        append_only("open_item_netting"),
        append_only("credit_note_reversal"),
        RunSQL(_JOURNAL, _JOURNAL_BACK),
        RunSQL(_OPEN_ITEM, _OPEN_ITEM_BACK),
    ]
