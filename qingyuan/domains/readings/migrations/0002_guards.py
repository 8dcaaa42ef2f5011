"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("readings", "0001_initial")]

    operations = [
        append_only("reading"),
        append_only("consumption"),
        append_only("consumption_part"),
        append_only("consumption_change"),
        no_delete("reading_item"),
    ]
