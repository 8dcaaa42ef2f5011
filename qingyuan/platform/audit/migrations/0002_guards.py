"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        append_only("audit_entry"),
        append_only("audit_seal"),
    ]
