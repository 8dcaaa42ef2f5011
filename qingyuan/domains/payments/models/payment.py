"""Payments (收款): Σ tenders − change = received = Σ parts. Append-only."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from qingyuan.domains.payments.rules.states import PartUse, PaymentChannel, TenderKind
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of


class Payment(models.Model):
    """Money received at one moment through one channel. `request_hash` tells a repeated request from another one with
    the same idempotency key. `channel_serial` is the channel's own number, unique per channel.
    """

    # Constant over a bank file and checked by the operation that writes it: no check and no index per row.
    company = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    unit = models.ForeignKey(
        "organisation.OrgUnit", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    payment_no = CodeField(unique=True)
    session = models.ForeignKey("payments.CashSession", on_delete=models.PROTECT, null=True, related_name="payments")
    channel = CodeField(choices=choices_of(PaymentChannel))
    channel_serial = models.CharField(max_length=80, null=True)
    payer_name = models.CharField(max_length=100, blank=True)
    value_date = models.DateField()
    tendered = MoneyField()
    change_given = MoneyField(default=0)
    received = MoneyField()
    idempotency_key = models.CharField(max_length=80, unique=True)
    request_hash = models.CharField(max_length=64)
    journal = models.ForeignKey("ledger.Journal", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    taken_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "payment"
        indexes = [models.Index(fields=["session", "id"], name="payment_session")]
        constraints = [
            one_of("channel", PaymentChannel, "payment_channel"),
            models.UniqueConstraint(fields=["channel", "channel_serial"], name="payment_channel_serial"),
            models.CheckConstraint(
                condition=Q(received__gt=0, change_given__gte=0, tendered=F("received") + F("change_given")),
                name="payment_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(channel=PaymentChannel.COUNTER.value) | Q(session__isnull=False),
                name="payment_counter_has_session",
            ),
        ]

    def __str__(self) -> str:
        return self.payment_no


class PaymentTender(models.Model):
    """What was handed over: cash, card ... (付款方式)."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="tenders")
    kind = CodeField(choices=choices_of(TenderKind))
    amount = MoneyField()
    reference = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "payment_tender"
        constraints = [
            one_of("kind", TenderKind, "payment_tender_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_tender_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class PaymentPart(models.Model):
    """What a payment went to on one account: receivables, whose clearings name this row, or prepayment."""

    # payment_part_once begins with the payment: no index of its own
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, db_index=False, related_name="parts")
    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    use = CodeField(choices=choices_of(PartUse))
    amount = MoneyField()

    class Meta:
        db_table = "payment_part"
        constraints = [
            one_of("use", PartUse, "payment_part_use"),
            models.UniqueConstraint(fields=["payment", "account", "use"], name="payment_part_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_part_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.use} {self.amount}"


class PaymentVoid(models.Model):
    """A payment voided before its session's close (作废), with the reason and the reversing journal."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(max_length=200)
    journal = models.ForeignKey("ledger.Journal", on_delete=models.PROTECT, related_name="+")
    voided_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "payment_void"

    def __str__(self) -> str:
        return str(self.payment_id)
