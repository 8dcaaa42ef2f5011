"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        append_only("journal"),
        append_only("entry"),
        append_only("open_item_part"),
        append_only("clearing"),
        append_only("prepayment_movement"),
        append_only("credit_note"),
        append_only("credit_note_part"),
        no_delete("open_item"),
        no_delete("prepayment"),
        no_delete("chart_account"),
    ]
