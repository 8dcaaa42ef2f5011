"""Calls of one caller in its newest minute (调用计数).

A count is worth a minute: the table is unlogged (a crash of the database empties it) and carries no company.
"""

from django.db import models


class CallCount(models.Model):
    """`caller` names what is limited and who calls (`api:7`, `calculator:192.0.2.1`); `used` calls since `minute_at`."""

    caller = models.CharField(primary_key=True, max_length=100)
    minute_at = models.DateTimeField()
    used = models.PositiveIntegerField()

    class Meta:
        db_table = "call_count"
        indexes = [models.Index(fields=["minute_at"], name="call_count_minute")]

    def __str__(self) -> str:
        return self.caller
