"""Fewer indexes on what a run writes in bulk, and line and entry numbers drawn in blocks by each session.

A line's key is its bill and position: a second key of its own cost as much as the first for each of a run's many lines. Bills
of a run lie together, so that a block range index finds them for next to nothing. Sequences whose order means nothing hand
out blocks; bill ids do not, since their order is that of the tier positions.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.migrations.operations.special import RunSQL


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_run_job")]

    operations = [
        migrations.RemoveIndex(model_name="bill", name="bill_run"),
        migrations.AddIndex(
            model_name="bill",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["run"], name="bill_run"),
        ),
        migrations.RemoveIndex(model_name="runitem", name="run_item_account"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                RunSQL(
                    sql="""
                    ALTER TABLE bill_line DROP CONSTRAINT bill_line_pkey;
                    ALTER TABLE bill_line DROP CONSTRAINT bill_line_position;
                    ALTER TABLE bill_line DROP COLUMN id;
                    ALTER TABLE bill_line ADD CONSTRAINT bill_line_pkey PRIMARY KEY (bill_id, position);
                    """,
                    reverse_sql=migrations.RunSQL.noop,
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="billline", name="bill_line_position"),
                migrations.RemoveField(model_name="billline", name="id"),
                migrations.AddField(
                    model_name="billline",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "bill_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        RunSQL(
            sql="ALTER SEQUENCE tier_entry_id_seq CACHE 200; ALTER SEQUENCE run_item_id_seq CACHE 200;",
            reverse_sql="ALTER SEQUENCE tier_entry_id_seq CACHE 1; ALTER SEQUENCE run_item_id_seq CACHE 1;",
        ),
    ]
