"""`billing.view` showed bills and runs; runs now have `billing.view_runs`. Who works with runs keeps seeing them."""

from django.db import migrations

_KEEP = """
    INSERT INTO role_permission (role_id, permission)
    SELECT r.id, 'billing.view_runs' FROM role r
    WHERE EXISTS (SELECT 1 FROM role_permission p WHERE p.role_id = r.id AND p.permission = 'billing.view')
      AND r.template NOT IN ('cashier', 'cashier_supervisor', 'records_clerk', 'records_supervisor', 'customer_service')
    ON CONFLICT DO NOTHING
"""
_BACK = "DELETE FROM role_permission WHERE permission = 'billing.view_runs'"


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_identifiers")]

    operations = [migrations.RunSQL(_KEEP, _BACK)]
