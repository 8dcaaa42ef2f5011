from django.db import migrations, models

from qingyuan.domains.customers.operations.pinyin import readings_of
from qingyuan.domains.customers.rules.payer_groups import group_initials


def fill(apps, schema_editor):
    groups = apps.get_model("customers", "PayerGroup").objects
    for key, name in groups.values_list("id", "name"):
        groups.filter(pk=key).update(initials=group_initials(readings_of(name)))


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_account_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="payergroup",
            name="initials",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="payergroup",
            name="version",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
