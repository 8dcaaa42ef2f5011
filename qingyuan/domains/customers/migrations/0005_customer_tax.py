import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import qingyuan.platform.columns
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_company_part'),
        ('organisation', '0002_guards'),
        ('tariffs', '0004_draft_cases_and_last_change'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountTax',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('treatment', qingyuan.platform.columns.CodeField(choices=[('taxed', 'taxed'), ('exempt', 'exempt'), ('not_taxable', 'not_taxable')], max_length=32)),
                ('rate', qingyuan.platform.columns.RateField(blank=True, null=True)),
                ('included', models.BooleanField(default=True)),
                ('document_no', models.CharField(max_length=200)),
                ('from_date', models.DateField()),
                ('to_date', models.DateField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taxes', to='customers.account')),
                ('charge_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tariffs.chargeitem')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organisation.orgunit')),
            ],
            options={
                'db_table': 'account_tax',
                'constraints': [models.CheckConstraint(condition=models.Q(('treatment__in', ['taxed', 'exempt', 'not_taxable'])), name='account_tax_treatment'), models.CheckConstraint(condition=models.Q(('to_date__isnull', True), ('to_date__gte', models.F('from_date')), _connector='OR'), name='account_tax_span'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('account', '='), ('charge_item', '='), (models.Func(models.F('from_date'), models.F('to_date'), models.Value('[)'), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='account_tax_no_overlap'), models.CheckConstraint(condition=models.Q(models.Q(('rate__gte', 0), ('rate__isnull', False), ('rate__lt', 1), ('treatment', 'taxed')), models.Q(models.Q(('treatment', 'taxed'), _negated=True), ('rate__isnull', True)), _connector='OR'), name='account_tax_rate')],
            },
        ),
    ]
