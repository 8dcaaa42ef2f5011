"""Journals and entries (凭证、分录): append-only, balanced by the database."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.ledger.rules.states import JournalKind
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class Journal(CompanyRow):
    """One balanced posting. A deferred trigger on this row checks at commit that its entries are two or more and sum to
    zero; another refuses entries that come in a later transaction (`created_xid`, filled by the database).
    """

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = CodeField(choices=choices_of(JournalKind))
    period = models.ForeignKey("ledger.AccountingPeriod", on_delete=models.PROTECT, related_name="+")
    posting_date = models.DateField()
    source_type = CodeField(blank=True)
    source_id = models.BigIntegerField(null=True)
    source_part = models.IntegerField(null=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    idempotency_key = models.CharField(max_length=120, null=True, unique=True)
    note = models.CharField(max_length=200, blank=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "journal"
        indexes = [models.Index(fields=["source_type", "source_id"], name="journal_source")]
        constraints = [one_of("kind", JournalKind, "journal_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Entry(models.Model):
    """One line of a journal: debit positive, credit negative, never zero."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="entries")
    chart_account = models.ForeignKey("ledger.ChartAccount", on_delete=models.PROTECT, related_name="+")
    charge_item = models.ForeignKey(
        "tariffs.ChargeItem", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    amount = MoneyField()

    class Meta:
        db_table = "entry"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero")]

    def __str__(self) -> str:
        return f"{self.chart_account_id} {self.amount}"
