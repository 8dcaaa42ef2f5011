"""Fewer index entries for each receivable and clearing, and balances that are rewritten in place.

A part is known by its receivable and charge item; a row that undoes nothing needs no entry in the index of undoings; a stored
figure that every posting changes has no index, and its pages leave room for the new row.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.special import RunSQL


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_balance_guards")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                RunSQL(
                    """
                    ALTER TABLE open_item_part DROP CONSTRAINT open_item_part_once;
                    ALTER TABLE open_item_part DROP CONSTRAINT open_item_part_pkey;
                    ALTER TABLE open_item_part DROP COLUMN id;
                    ALTER TABLE open_item_part ADD CONSTRAINT open_item_part_pkey PRIMARY KEY (open_item_id, charge_item_id);
                    """,
                    reverse_sql=RunSQL.noop,
                )
            ],
            state_operations=[
                migrations.RemoveConstraint("openitempart", "open_item_part_once"),
                migrations.RemoveField("openitempart", "id"),
                migrations.AddField(
                    "openitempart",
                    "pk",
                    models.CompositePrimaryKey(
                        "open_item_id", "charge_item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            "clearing",
            "reverses",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="reversed_by",
                to="ledger.clearing",
            ),
        ),
        migrations.AddConstraint(
            "clearing",
            models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="clearing_reversed_once"
            ),
        ),
        migrations.AlterField(
            "prepaymentmovement",
            "reverses",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="reversed_by",
                to="ledger.prepaymentmovement",
            ),
        ),
        migrations.AddConstraint(
            "prepaymentmovement",
            models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("reverses",),
                name="prepayment_movement_reversed_once",
            ),
        ),
        migrations.RemoveIndex("accountbalance", "account_balance_owed"),
        RunSQL(
            "ALTER TABLE account_balance SET (fillfactor = 60); ALTER TABLE prepayment SET (fillfactor = 70)",
            reverse_sql="ALTER TABLE account_balance RESET (fillfactor); ALTER TABLE prepayment RESET (fillfactor)",
        ),
    ]
