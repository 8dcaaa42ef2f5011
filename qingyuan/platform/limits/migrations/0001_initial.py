from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CallCount",
            fields=[
                ("caller", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("minute_at", models.DateTimeField()),
                ("used", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "call_count",
                "indexes": [models.Index(fields=["minute_at"], name="call_count_minute")],
            },
        ),
        # A count is worth a minute: it need not outlive a crash, and is not written to the log of the database.
        migrations.RunSQL("ALTER TABLE call_count SET UNLOGGED", "ALTER TABLE call_count SET LOGGED"),
    ]
