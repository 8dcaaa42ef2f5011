"""What reliefs cost by period: bills by their day of posting (they are written in its order), and the few relief lines."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_standing_fees")]

    operations = [
        migrations.AddIndex(
            model_name="bill",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["posting_date"], name="bill_posted"
            ),
        ),
        migrations.AddIndex(
            model_name="billline",
            index=models.Index(condition=models.Q(("kind", "relief")), fields=["bill"], name="bill_line_relief"),
        ),
    ]
