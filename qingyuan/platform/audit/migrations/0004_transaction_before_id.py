"""A transaction that writes entries gets its number before an entry's id is drawn: what sealing rests on."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_horizon")]

    operations = [
        migrations.RunSQL(
            sql="""
CREATE FUNCTION audit_entry_take_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_transaction BEFORE INSERT ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_take_transaction();
""",
            reverse_sql="""
DROP TRIGGER audit_entry_transaction ON audit_entry;
DROP FUNCTION audit_entry_take_transaction();
""",
        )
    ]
