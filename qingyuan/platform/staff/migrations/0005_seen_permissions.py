"""What a shipped role newly may do is offered to the utility's own copy of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_api_tokens")]

    operations = [migrations.AddField("role", "seen", models.JSONField(default=list))]
