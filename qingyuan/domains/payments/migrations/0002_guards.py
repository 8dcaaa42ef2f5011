"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        append_only("payment"),
        append_only("payment_tender"),
        append_only("payment_part"),
        append_only("payment_void"),
        append_only("receipt"),
        append_only("receipt_print"),
        append_only("cash_count"),
        no_delete("cash_session"),
    ]
