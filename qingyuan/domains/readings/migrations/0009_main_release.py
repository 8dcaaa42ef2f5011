"""Mains that a person let go without waiting for their subs (总表放行). Kept for good."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from qingyuan.platform.immutability import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('meters', '0004_difference_sharing'),
        ('organisation', '0002_guards'),
        ('readings', '0008_volume_adjustment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MainRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200)),
                ('released_on', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.orgunit')),
                ('main', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meters.servicepoint')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='readings.readingperiod')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sub', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='meters.servicepoint')),
            ],
            options={
                'db_table': 'main_release',
                'constraints': [models.UniqueConstraint(fields=('main', 'period', 'sub'), name='main_release_once', nulls_distinct=False)],
            },
        ),
        append_only("main_release"),
    ]
