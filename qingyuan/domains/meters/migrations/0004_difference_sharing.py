"""How the subs of an ALLOCATE main share its difference (分摊方式). Until now such links did what CHECK links do, and stay so."""

from django.db import migrations, models

import qingyuan.platform.columns

_AS_CHECK = """
    UPDATE meter_link l SET kind = 'CHECK' WHERE kind = 'ALLOCATE' AND NOT EXISTS (
        SELECT 1 FROM meter_link o WHERE o.sub_id = l.sub_id AND o.kind = 'CHECK'
           AND daterange(o.from_date, o.to_date) && daterange(l.from_date, l.to_date));
    DELETE FROM meter_link WHERE kind = 'ALLOCATE';
"""


class Migration(migrations.Migration):
    dependencies = [("meters", "0003_company_part")]

    operations = [
        migrations.RunSQL(_AS_CHECK, migrations.RunSQL.noop),
        migrations.AddField(
            "meterlink",
            "sharing",
            qingyuan.platform.columns.CodeField(
                blank=True,
                choices=[("VOLUME", "VOLUME"), ("COUNT", "COUNT"), ("FIXED", "FIXED")],
                db_default="",
                max_length=32,
            ),
        ),
        migrations.AddField(
            "meterlink",
            "share",
            qingyuan.platform.columns.RateField(blank=True, decimal_places=6, max_digits=10, null=True),
        ),
        migrations.AddField(
            "meterlink",
            "cap",
            qingyuan.platform.columns.RateField(blank=True, decimal_places=6, max_digits=10, null=True),
        ),
        migrations.AddField("meterlink", "share_scale", models.PositiveSmallIntegerField(db_default=0)),
        migrations.AddConstraint(
            "meterlink",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ALLOCATE"), ("sharing__in", ["VOLUME", "COUNT", "FIXED"])),
                    models.Q(
                        models.Q(("kind", "ALLOCATE"), _negated=True),
                        ("cap__isnull", True),
                        ("sharing", ""),
                    ),
                    _connector="OR",
                ),
                name="meter_link_sharing",
            ),
        ),
        migrations.AddConstraint(
            "meterlink",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("share__gt", 0), ("share__lte", 1), ("sharing", "FIXED")),
                    models.Q(models.Q(("sharing", "FIXED"), _negated=True), ("share__isnull", True)),
                    _connector="OR",
                ),
                name="meter_link_share",
            ),
        ),
        migrations.AddConstraint(
            "meterlink",
            models.CheckConstraint(
                condition=models.Q(("cap__isnull", True), models.Q(("cap__gt", 0), ("cap__lte", 1)), _connector="OR"),
                name="meter_link_cap",
            ),
        ),
        migrations.AddConstraint(
            "meterlink",
            models.CheckConstraint(condition=models.Q(("share_scale__lte", 3)), name="meter_link_share_scale"),
        ),
    ]
