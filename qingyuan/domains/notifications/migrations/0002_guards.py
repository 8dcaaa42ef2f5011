"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        append_only("notice_result_file"),
        no_delete("notice_batch"),
        no_delete("notice"),
        no_delete("notice_request"),
    ]
