"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        append_only("bill"),
        append_only("bill_line"),
        append_only("bill_reversal"),
        append_only("tier_entry"),
        no_delete("tier_group"),
    ]
