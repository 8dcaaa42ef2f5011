"""Append-only tables (只增不改): triggers that refuse UPDATE and DELETE, made from the first migration on.

TRUNCATE is left out: only the owner of the tables may do it, and the app's database role has no such right.
"""

from django.db.migrations.operations.special import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION qingyuan_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> RunSQL:
    """A migration operation that makes `table` append-only."""
    return RunSQL(
        sql=_FUNCTION
        + f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON "{table}"
  FOR EACH STATEMENT EXECUTE FUNCTION qingyuan_refuse_change();
""",
        reverse_sql=f'DROP TRIGGER {table}_append_only ON "{table}";',
    )


def no_delete(table: str) -> RunSQL:
    """A migration operation that refuses to delete parents of bulk tables, which carry no row-level foreign keys."""
    return RunSQL(
        sql=_FUNCTION
        + f"""
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON "{table}"
  FOR EACH STATEMENT EXECUTE FUNCTION qingyuan_refuse_change();
""",
        reverse_sql=f'DROP TRIGGER {table}_no_delete ON "{table}";',
    )
