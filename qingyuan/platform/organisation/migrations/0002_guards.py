"""What may only be added to, and what may never be deleted."""

from django.db import migrations

from qingyuan.platform.immutability import no_delete


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]

    operations = [
        no_delete("org_unit"),
    ]
