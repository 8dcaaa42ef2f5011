"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import no_delete


class Migration(migrations.Migration):
    dependencies = [("meters", "0001_initial")]

    operations = [
        no_delete("service_point"),
        no_delete("meter"),
        no_delete("register"),
    ]
