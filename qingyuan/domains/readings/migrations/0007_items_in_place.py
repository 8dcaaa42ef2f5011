"""Reading items change their state in place: no index names the state any more, and pages leave room for the new row."""

from django.db import migrations, models
from django.db.migrations.operations.special import RunSQL


class Migration(migrations.Migration):
    dependencies = [("readings", "0006_fewer_checks")]

    operations = [
        migrations.RemoveIndex("readingitem", "reading_item_review"),
        migrations.AddIndex(
            "readingitem",
            models.Index(
                condition=models.Q(("approved_at", None), ("read_date__isnull", False)),
                fields=["unit"],
                name="reading_item_waiting",
            ),
        ),
        migrations.AddConstraint(
            "readingitem",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["READ", "HELD"]), _negated=True),
                    models.Q(("approved_at", None), ("read_date__isnull", False)),
                    _connector="OR",
                ),
                name="reading_item_waits_as_indexed",
            ),
        ),
        RunSQL(
            "ALTER TABLE reading_item SET (fillfactor = 70)", reverse_sql="ALTER TABLE reading_item RESET (fillfactor)"
        ),
    ]
