"""The account's own tax of a charge item, changed with a document (客户税率)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import models, transaction

from qingyuan.domains.customers.declarations import CHANGE
from qingyuan.domains.customers.models import AccountTax
from qingyuan.domains.customers.operations.bulk import Part, Subject, last_facts
from qingyuan.domains.customers.operations.bulk_kinds import AccountKind
from qingyuan.domains.customers.operations.succession import add, audit_account, close_last, last_of, locked_account
from qingyuan.domains.customers.rules.bulk import BulkRow, LastFact
from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence, check_span
from qingyuan.domains.customers.rules.taxes import ChargeItemUnknown, TaxValue, check_tax
from qingyuan.domains.tariffs.queries.codes import charge_item_ids
from qingyuan.domains.tariffs.rules.plan import Treatment
from qingyuan.kernel.actor import Actor


def set_tax(
    *,
    actor: Actor,
    account_id: int,
    value: TaxValue,
    from_date: date,
    document_no: str,
    on: date,
    to_date: date | None = None,
) -> int:
    """The account's charge item is taxed so in [from_date, to_date); returns the new row's id.

    It counts for usage spans that start on or after the date. Raises NotFound, NotPermitted, AccountClosed,
    EvidenceMissing without a document, SpanInvalid, TaxInvalid, ChargeItemUnknown, NothingChanges, ChangeBeforeCurrent,
    ChangeTooFarBack.
    """
    check_evidence(document_no)
    check_span(from_date, to_date)
    check_tax(value)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        known = charge_item_ids([account.company_id], [value.item_code])
        item_id = known.get((account.company_id, value.item_code))
        if item_id is None:
            raise ChargeItemUnknown(item_code=value.item_code)
        rows = AccountTax.objects.filter(account_id=account_id, charge_item_id=item_id)
        last = last_of(rows)
        close_last(rows, account=account, from_date=from_date, on=on)
        before = None if last is None else _value(value.item_code, last)
        if last is not None and (before, last.to_date) == (value, to_date):
            raise NothingChanges(item_code=value.item_code)
        made = add(_row(account.company_id, account_id, item_id, value, from_date, to_date, document_no))
        audit_account(
            actor,
            account,
            "customers.set_tax",
            before=None if before is None else _told(before),
            after={**_told(value), "from_date": from_date, "to_date": to_date},
            reason=document_no,
        )
    return made.pk


def end_tax(*, actor: Actor, account_id: int, item_code: str, to_date: date, reason: str, on: date) -> None:
    """The tariff's own tax counts again from `to_date` on. Raises NotFound, NotPermitted, AccountClosed,
    EvidenceMissing, NothingChanges when the account has none then, ChangeBeforeCurrent, ChangeTooFarBack."""
    check_evidence(reason)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        rows = AccountTax.objects.filter(account_id=account_id, charge_item__code=item_code)
        last = last_of(rows)
        if last is None or (last.to_date is not None and last.to_date <= to_date):
            raise NothingChanges(item_code=item_code)
        close_last(rows, account=account, from_date=to_date, on=on)
        audit_account(
            actor,
            account,
            "customers.end_tax",
            before={"item_code": item_code, "to_date": last.to_date},
            after={"item_code": item_code, "to_date": to_date},
            reason=reason,
        )


class TaxKind(AccountKind[TaxValue]):
    """Customers' own taxes in bulk (批量变更：客户税率)."""

    action = "customers.bulk_tax"

    def __init__(self, company_id: int) -> None:
        super().__init__(company_id)
        self._items: Mapping[tuple[int, str], int] = {}

    @property
    def model(self) -> type[models.Model]:
        return AccountTax

    def look_up(self, values: Sequence[TaxValue]) -> None:
        self._items = charge_item_ids([self.company_id], {value.item_code for value in values})

    def check(self, row: BulkRow[TaxValue]) -> None:
        check_tax(row.value)
        if (self.company_id, row.value.item_code) not in self._items:
            raise ChargeItemUnknown(item_code=row.value.item_code)

    def part(self, value: TaxValue) -> str:
        return value.item_code

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[TaxValue]]:
        rows = AccountTax.objects.filter(account_id__any=list(subject_ids)).select_related("charge_item")
        return last_facts(
            (
                row.pk,
                row.account_id,
                row.charge_item.code,
                _value(row.charge_item.code, row),
                row.from_date,
                row.to_date,
            )
            for row in rows.order_by("from_date", "id")
        )

    def rows_of(self, subject: Subject, row: BulkRow[TaxValue]) -> list[models.Model]:
        item_id = self._items[self.company_id, row.value.item_code]
        return [_row(subject.company_id, subject.id, item_id, row.value, row.from_date, row.to_date, row.evidence)]


def _row(
    company_id: int,
    account_id: int,
    item_id: int,
    value: TaxValue,
    from_date: date,
    to_date: date | None,
    document_no: str,
) -> AccountTax:
    return AccountTax(
        company_id=company_id,
        account_id=account_id,
        charge_item_id=item_id,
        treatment=value.treatment.value,
        rate=value.rate,
        included=value.included,
        document_no=document_no,
        from_date=from_date,
        to_date=to_date,
    )


def _value(item_code: str, row: AccountTax) -> TaxValue:
    return TaxValue(item_code, Treatment(row.treatment), row.rate, row.included)


def _told(value: TaxValue) -> dict[str, object]:
    rate = None if value.rate is None else format(value.rate, "f")
    return {
        "item_code": value.item_code,
        "treatment": value.treatment.value,
        "rate": rate,
        "included": value.included,
    }
