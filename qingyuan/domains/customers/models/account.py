"""Accounts (户号) and what holds for them over time."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.customers.rules.states import AccountState, CollectionKind, HoldActivity
from qingyuan.domains.tariffs.rules.plan import Treatment
from qingyuan.platform.columns import CodeField, RateField, choices_of, no_overlap, one_of, span_ordered
from qingyuan.platform.organisation.models import CompanyPart, CompanyRow


class Account(CompanyRow):
    """The billing relation between a utility and a customer. The holder stands in AccountHolder, over time.

    `tier_anchor` is "mm-dd" when the account's tier cycle starts on another day than the tariff says, else empty.
    """

    unit = models.ForeignKey("organisation.OrgUnit", on_delete=models.PROTECT, related_name="+")
    account_no = CodeField(unique=True)
    state = CodeField(choices=choices_of(AccountState))
    premise = models.ForeignKey("customers.Premise", on_delete=models.PROTECT, null=True, related_name="accounts")
    collection_kind = CodeField(choices=choices_of(CollectionKind), default=CollectionKind.HALL)
    user_type = CodeField(blank=True)
    tier_anchor = models.CharField(max_length=5, blank=True)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account"
        indexes = [models.Index(fields=["unit", "account_no"], name="account_unit")]
        constraints = [
            one_of("state", AccountState, "account_state"),
            one_of("collection_kind", CollectionKind, "account_collection_kind"),
            models.CheckConstraint(
                condition=Q(closed_date__isnull=True) | Q(state=AccountState.CLOSED.value), name="account_closed_date"
            ),
        ]

    def __str__(self) -> str:
        return self.account_no


class AccountHolder(CompanyPart):
    """Who holds the account (户主) in [from_date, to_date)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holders")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="held_accounts")
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "account_holder"
        constraints = [
            span_ordered("account_holder_span"),
            no_overlap("account_holder_no_overlap", "account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} ← {self.customer_id}"


class HouseholdSize(CompanyPart):
    """People of the household (用水人口) in [from_date, to_date), with what proves it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="household_sizes")
    people = models.PositiveSmallIntegerField()
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "household_size"
        constraints = [
            span_ordered("household_size_span"),
            no_overlap("household_size_no_overlap", "account"),
            models.CheckConstraint(condition=Q(people__gte=1), name="household_size_people"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.people}"


class AccountRelief(CompanyPart):
    """A relief scheme (优惠减免) of the account in [from_date, to_date): after its expiry the normal price returns."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reliefs")
    scheme = CodeField()
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "account_relief"
        constraints = [
            span_ordered("account_relief_span"),
            no_overlap("account_relief_no_overlap", "account", "scheme"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.scheme}"


class AccountTax(CompanyPart):
    """The account's own tax of one charge item (客户税率) in [from_date, to_date), before the tariff's and the charge item's.

    `rate` only where it is taxed; `included`: the price contains the tax, as usual, else it comes on top.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="taxes")
    charge_item = models.ForeignKey("tariffs.ChargeItem", on_delete=models.PROTECT, related_name="+")
    treatment = CodeField(choices=choices_of(Treatment))
    rate = RateField(null=True, blank=True)
    included = models.BooleanField(default=True)
    document_no = models.CharField(max_length=200)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "account_tax"
        constraints = [
            one_of("treatment", Treatment, "account_tax_treatment"),
            span_ordered("account_tax_span"),
            no_overlap("account_tax_no_overlap", "account", "charge_item"),
            models.CheckConstraint(
                condition=Q(treatment=Treatment.TAXED.value, rate__isnull=False, rate__gte=0, rate__lt=1)
                | (~Q(treatment=Treatment.TAXED.value) & Q(rate__isnull=True)),
                name="account_tax_rate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.charge_item_id}"


class AccountHold(CompanyPart):
    """An activity that may not happen to the account in [from_date, to_date), with the reason the clerk is shown (锁定)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    activity = CodeField(choices=choices_of(HoldActivity))
    reason = CodeField()
    source = models.CharField(max_length=80, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account_hold"
        indexes = [models.Index(fields=["account", "activity"], name="account_hold_account")]
        constraints = [one_of("activity", HoldActivity, "account_hold_activity"), span_ordered("account_hold_span")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.activity} {self.reason}"


class AccountAlias(CompanyRow):
    """A number under which the account was known before (老户号)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="aliases")
    old_no = CodeField()

    class Meta:
        db_table = "account_alias"
        constraints = [models.UniqueConstraint(fields=["company", "old_no"], name="account_alias_no")]

    def __str__(self) -> str:
        return self.old_no
