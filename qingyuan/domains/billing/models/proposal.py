"""Re-rate proposals (退补): bills whose tier room or inputs moved after they were issued."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qingyuan.domains.billing.rules.states import ProposalState
from qingyuan.platform.columns import CodeField, MoneyField, choices_of, one_of
from qingyuan.platform.organisation.models import CompanyRow


class RerateProposal(CompanyRow):
    """A correcting bill that should be issued for `bill_id`, with the amount and the reason; a person applies or dismisses it."""

    account = models.ForeignKey("customers.Account", on_delete=models.PROTECT, related_name="+")
    bill_id = models.BigIntegerField()
    cause = CodeField()
    cause_bill_id = models.BigIntegerField(null=True)
    amount = MoneyField()
    detail = models.JSONField(default=dict)
    state = CodeField(choices=choices_of(ProposalState), default=ProposalState.OPEN)
    applied_bill_id = models.BigIntegerField(null=True)
    decided_by = models.ForeignKey("staff.Staff", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "rerate_proposal"
        indexes = [models.Index(fields=["account", "state"], name="rerate_proposal_account")]
        constraints = [
            one_of("state", ProposalState, "rerate_proposal_state"),
            models.UniqueConstraint(
                fields=["bill_id"], condition=Q(state=ProposalState.OPEN.value), name="rerate_proposal_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} {self.amount}"
