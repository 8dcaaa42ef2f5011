"""Runs that are worked set-wise: a chunk's pricings apart from its items, fewer index entries for each bill.

The lines of earlier runs' items move to pricings of their own; their inputs stand in the bills.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.special import RunSQL

import qingyuan.platform.columns


def _bigint_list() -> models.Field:
    return django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_lean_indexes")]

    operations = [
        migrations.AlterField("billingrun", "chunk_size", models.PositiveIntegerField(default=2000)),
        migrations.AddField("runchunk", "task_ids", _bigint_list()),
        migrations.AlterField("runchunk", "reading_item_ids", _bigint_list()),
        migrations.AddField("runchunk", "account_ids", _bigint_list()),
        migrations.AddField("runchunk", "point_ids", _bigint_list()),
        migrations.AddField("runchunk", "group_ids", _bigint_list()),
        migrations.AddField("runchunk", "prices", models.CharField(blank=True, max_length=64), preserve_default=True),
        migrations.CreateModel(
            name="RunPricing",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "chunk_no", "pricing_no", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("chunk_no", models.PositiveIntegerField()),
                ("pricing_no", models.PositiveIntegerField()),
                ("key", models.TextField(blank=True)),
                ("input_before", models.TextField(blank=True)),
                ("input_after", models.TextField(blank=True)),
                ("lines", models.TextField()),
                ("volume", qingyuan.platform.columns.VolumeField()),
                ("amount", qingyuan.platform.columns.MoneyField()),
                ("tax_amount", qingyuan.platform.columns.MoneyField()),
                ("line_rows", models.JSONField(default=list)),
                ("parts", models.JSONField(default=list)),
                ("entries", models.JSONField(default=list)),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="billing.billingrun",
                    ),
                ),
            ],
            options={"db_table": "run_pricing"},
        ),
        migrations.AddField("runitem", "pricing_no", models.PositiveIntegerField(null=True)),
        migrations.AddField("runitem", "fingerprint", models.BigIntegerField(null=True)),
        RunSQL(
            """
            INSERT INTO run_pricing (run_id, chunk_no, pricing_no, key, input_before, input_after, lines, volume, amount,
                                     tax_amount, line_rows, parts, entries)
            SELECT run_id, chunk_no, position, '', '', '', lines, volume, amount, 0, '[]', '[]', '[]' FROM run_item
            WHERE state <> 'EXCEPTION';
            UPDATE run_item SET pricing_no = position WHERE state <> 'EXCEPTION';
            """,
            reverse_sql=RunSQL.noop,
        ),
        migrations.RemoveField("runitem", "snapshot"),
        migrations.RemoveField("runitem", "lines"),
        migrations.RemoveIndex("runitem", "run_item_order"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                RunSQL(
                    """
                    ALTER TABLE run_item DROP CONSTRAINT run_item_pkey;
                    ALTER TABLE run_item DROP COLUMN id;
                    ALTER TABLE run_item ADD CONSTRAINT run_item_pkey PRIMARY KEY (run_id, chunk_no, position);
                    """,
                    reverse_sql=RunSQL.noop,
                )
            ],
            state_operations=[
                migrations.RemoveField("runitem", "id"),
                migrations.AddField(
                    "runitem",
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "chunk_no", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.RemoveIndex("tierentry", "tier_entry_bill"),
        RunSQL(
            # thousands of ids: squeezing them costs more time than the room is worth
            """
            ALTER TABLE run_chunk ALTER COLUMN reading_item_ids SET STORAGE EXTERNAL,
                ALTER COLUMN account_ids SET STORAGE EXTERNAL, ALTER COLUMN point_ids SET STORAGE EXTERNAL,
                ALTER COLUMN group_ids SET STORAGE EXTERNAL;
            """,
            reverse_sql=RunSQL.noop,
        ),
    ]
