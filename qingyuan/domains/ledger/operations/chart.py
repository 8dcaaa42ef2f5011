"""Setting up a company's books (建账): the chart of accounts and the posting rules."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from qingyuan.domains.ledger.models import ChartAccount, PostingRule
from qingyuan.domains.ledger.rules.chart import DEFAULT_CHART, role_of_charge
from qingyuan.domains.ledger.rules.states import ChartRole
from qingyuan.domains.tariffs import queries as tariffs
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation import queries as organisation
from qingyuan.platform.staff import operations as staff


class OtherCompany(DomainError):
    """The account of the chart belongs to another company (科目属于其他水司)."""

    code = "ledger.other_company"


def set_up_books(*, actor: Actor, company_id: int, on: date, public_relief: Collection[str] = ()) -> int:
    """Make the starting chart, and a posting rule for every charge item that has none yet; returns how many rules it made.

    `public_relief`: codes of the charge items that are relief paid by the government. May be called again when charge
    items were added. Raises NotFound for no company, NotPermitted.
    """
    organisation.company_unit(company_id)
    staff.require(actor, "ledger.set_up", on=on, unit_id=company_id)
    with transaction.atomic():
        known = set(ChartAccount.objects.filter(company_id=company_id).values_list("code", flat=True))
        ChartAccount.objects.bulk_create(
            ChartAccount(
                company_id=company_id, code=made.code, name=made.name, name_en=made.name_en, role=made.role.value
            )
            for made in DEFAULT_CHART
            if made.code not in known
        )
        by_role: dict[str, int] = {}
        for account_id, role in (
            ChartAccount.objects.filter(company_id=company_id).order_by("code").values_list("id", "role")
        ):
            by_role.setdefault(role, account_id)
        ruled = set(PostingRule.objects.filter(company_id=company_id).values_list("charge_item_id", flat=True))
        rules = [
            PostingRule(
                company_id=company_id,
                charge_item_id=charge.id,
                chart_account_id=by_role[
                    role_of_charge(payee=charge.payee, is_public_relief=charge.code in public_relief).value
                ],
            )
            for charge in tariffs.charge_items(company_id)
            if charge.id not in ruled
        ]
        PostingRule.objects.bulk_create(rules)
        audit.record(
            actor=actor,
            action="ledger.set_up_books",
            object_type="company",
            object_key=str(company_id),
            company_id=company_id,
            after={"rules": len(rules)},
        )
    return len(rules)


def set_posting_rule(
    *, actor: Actor, company_id: int, charge_item_id: int, unit_id: int | None, chart_account_id: int, on: date
) -> None:
    """Say which account a charge item is booked to, at one unit or (None) at all units of the company that have no rule
    of their own. Counts from the next posting on. Raises NotFound, OtherCompany, NotPermitted.
    """
    staff.require(actor, "ledger.set_up", on=on, unit_id=company_id)
    account = ChartAccount.objects.filter(pk=chart_account_id).first()
    if account is None:
        raise NotFound(chart_account=chart_account_id)
    if account.company_id != company_id:
        raise OtherCompany(account=account.code)
    with transaction.atomic():
        rule, made = PostingRule.objects.get_or_create(
            company_id=company_id,
            charge_item_id=charge_item_id,
            unit_id=unit_id,
            defaults={"chart_account": account},
        )
        before = None if made else {"account": rule.chart_account_id}
        rule.chart_account = account
        rule.save(update_fields=["chart_account"])
        audit.record(
            actor=actor,
            action="ledger.set_posting_rule",
            object_type="charge_item",
            object_key=str(charge_item_id),
            company_id=company_id,
            unit_id=unit_id,
            before=before,
            after={"account": account.id},
        )


def add_chart_account(
    *, actor: Actor, company_id: int, code: str, name: str, role: ChartRole, on: date, name_en: str = ""
) -> int:
    """Add an account to the chart, for instance one per payee; returns its id. IntegrityError for a number or a single
    role that is there already. Raises NotPermitted.
    """
    staff.require(actor, "ledger.set_up", on=on, unit_id=company_id)
    with transaction.atomic():
        account = ChartAccount.objects.create(
            company_id=company_id, code=code, name=name, name_en=name_en, role=role.value
        )
        audit.record(
            actor=actor,
            action="ledger.set_up_books",
            object_type="chart_account",
            object_key=code,
            company_id=company_id,
            after={"name": name, "role": role.value},
        )
    return account.id
