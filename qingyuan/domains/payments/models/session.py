"""Cash sessions (收费班次): from a cashier's last close to this one, not the calendar day."""

from django.db import models
from django.db.models import Q

from qingyuan.domains.payments.rules.states import SessionState
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class CashSession(CompanyRow):
    """One cashier's shift at one unit; at most one open per cashier. Expected and counted cash are fixed at the close."""

    session_no = CodeField(unique=True)
    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, related_name="cash_sessions")
    state = CodeField(choices=choices_of(SessionState), default=SessionState.OPEN)
    opened_at = models.DateTimeField()
    float_amount = MoneyField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_date = models.DateField(null=True)
    expected_cash = MoneyField(null=True)
    counted_cash = MoneyField(null=True)
    over_short = MoneyField(null=True)
    journal = models.ForeignKey("ledger.Journal", on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "cash_session"
        ordering = ["-id"]
        constraints = [
            one_of("state", SessionState, "cash_session_state"),
            models.UniqueConstraint(
                fields=["cashier"], condition=Q(state=SessionState.OPEN.value), name="cash_session_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=SessionState.OPEN.value)
                | Q(
                    closed_at__isnull=False,
                    expected_cash__isnull=False,
                    counted_cash__isnull=False,
                    over_short__isnull=False,
                ),
                name="cash_session_close_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.session_no


class CashCount(models.Model):
    """How many notes or coins of one value were counted at the close."""

    session = models.ForeignKey(CashSession, on_delete=models.PROTECT, related_name="counts")
    face_value = MoneyField()
    pieces = models.PositiveIntegerField()

    class Meta:
        db_table = "cash_count"
        constraints = [models.UniqueConstraint(fields=["session", "face_value"], name="cash_count_once")]

    def __str__(self) -> str:
        return f"{self.face_value} × {self.pieces}"
