"""Other fees by file (其它费用导入): every row judged by the rule of the form, then all charged as one run, or none."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import transaction

from qingyuan.domains.billing.models import BillingRun, FeeImport, FeeType
from qingyuan.domains.billing.operations.fee_writing import Charged, issue_fees
from qingyuan.domains.billing.operations.fees import (
    PERMISSION,
    FeeFacts,
    FeeTypeInactive,
    NewFee,
    fee_facts,
    worked_out,
)
from qingyuan.domains.billing.operations.singles import prepare
from qingyuan.domains.billing.rules.fees import Fee, FeeAmountRefused, FeePricing
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.queries.payers import PayerFacts, payers
from qingyuan.domains.customers.queries.refs import account_refs
from qingyuan.domains.ledger.operations.periods import hold_open_period
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.canonical import canonical_json, sha256_hex
from qingyuan.kernel.errors import DomainError, NotPermitted
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.staff.queries.reach import reach

MOST_FEES = 5000
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?")


class FeeColumn(StrEnum):
    """The columns of the file (导入列)."""

    ACCOUNT = "ACCOUNT"
    FEE_TYPE = "FEE_TYPE"
    VALUE = "VALUE"
    NOTE = "NOTE"


class FeeAccountUnknown(DomainError):
    """No account of this number within the person's reach (户号不存在或不在权限范围内)."""

    code = "billing.fee_account_unknown"


class FeeTypeUnknown(DomainError):
    """No fee type, or several, of this code or name (费用类型不存在或名称不唯一)."""

    code = "billing.fee_type_unknown"


class FeeValueUnreadable(DomainError):
    """The quantity or amount is no number of at most three places (数量或金额无法识别)."""

    code = "billing.fee_value_unreadable"


class FeeNoteMissing(DomainError):
    """The row does not say what the fee is for (未填事由)."""

    code = "billing.fee_note_missing"


class FeeRowRepeated(DomainError):
    """The row says the same as one above it (与前面的行重复)."""

    code = "billing.fee_row_repeated"


class FeesImportedBefore(DomainError):
    """The same rows were charged before, by the run named (该文件已导入过)."""

    code = "billing.fees_imported_before"


class FeesMoved(DomainError):
    """Something that was judged has changed since the preview (预览后资料有变动)."""

    code = "billing.fees_moved"


class FeesRefused(DomainError):
    """Rows are refused, and it was not chosen to leave them out; or nothing is left to charge (有不能收取的行)."""

    code = "billing.fees_refused"


class TooManyFees(DomainError):
    """More rows than are charged at once (行数过多)."""

    code = "billing.too_many_fees"


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A row of the file as text. `place` is its row number, `value` the quantity or the amount (yuan) as the type asks."""

    place: str
    account_no: str
    fee_type: str
    value: str
    note: str

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What the row says, without its place."""
        return (self.account_no, self.fee_type, self.value, self.note)


@dataclass(frozen=True, slots=True)
class JudgedFee:
    """A row with what it comes to, or the code, values and column of what is wrong."""

    row: FeeRow
    fee: Fee | None = None
    account: PayerFacts | None = None
    fee_type_id: int = 0
    code: str = ""
    params: Mapping[str, object] | None = None
    column: FeeColumn | None = None


@dataclass(frozen=True, slots=True)
class JudgedFees:
    """All rows in their order. `stamp` moves with anything that was judged; `content_hash` with the rows alone."""

    rows: tuple[JudgedFee, ...]
    stamp: str
    content_hash: str

    @property
    def good(self) -> list[JudgedFee]:
        return [row for row in self.rows if row.fee is not None]

    @property
    def refused(self) -> int:
        return len(self.rows) - len(self.good)

    @property
    def total(self) -> Decimal:
        """What the good rows come to, yuan."""
        return sum((row.fee.amount for row in self.rows if row.fee is not None), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class ImportedFees:
    """What was charged. `total` in yuan."""

    run_id: int
    run_no: str
    count: int
    left_out: int
    total: Decimal


def judge_fees(*, actor: Actor, company_id: int, rows: Sequence[FeeRow], on: date) -> JudgedFees:
    """What each row would come to if charged on the day, without changing or locking anything.

    A bad row is refused alone. Raises NotPermitted, TooManyFees, and FeesImportedBefore when these rows were charged.
    """
    if reach(actor, PERMISSION, on=on).is_empty:
        raise NotPermitted(permission=PERMISSION)
    if len(rows) > MOST_FEES:
        raise TooManyFees(rows=len(rows), limit=MOST_FEES)
    content_hash = sha256_hex(canonical_json([list(row.said) for row in rows]))
    _refuse_repetition(company_id, content_hash)
    judged = _judged(actor, company_id, rows, on)
    told = [
        [
            *(row.row.place, *row.row.said, row.code, row.fee_type_id),
            None if row.account is None else [row.account.account_id, row.account.unit_id, row.account.customer_id],
            None if row.fee is None else [str(row.fee), str(row.fee.amount)],
        ]
        for row in judged
    ]
    return JudgedFees(judged, sha256_hex(canonical_json([on.isoformat(), told])), content_hash)


def charge_fees(
    *,
    actor: Actor,
    company_id: int,
    rows: Sequence[FeeRow],
    stamp: str,
    leave_out: bool,
    file_name: str,
    posting_date: date,
) -> ImportedFees:
    """Charge the good rows in one transaction as one run with one audit entry.

    `stamp` is that of the preview; with `leave_out` the refused rows are left out, without it one refused row stops
    all. Raises as `judge_fees`, FeesMoved, FeesRefused, PeriodClosed, PeriodMissing and what the ledger refuses; nothing is
    written then but numbers that stay unused.
    """
    judged = _as_previewed(actor, company_id, rows, stamp, leave_out, posting_date)
    single = prepare(
        company_id=company_id,
        unit_id=company_id,
        period_id=None,
        posting_date=posting_date,
        due_date=None,
        selection={"fee": "*", "fee_import": judged.content_hash},
        bills=len(judged.good),
    )
    with transaction.atomic():
        hold_open_period(company_id, posting_date)
        customers.lock_accounts({row.account.account_id for row in judged.good if row.account is not None})
        judged = _as_previewed(actor, company_id, rows, stamp, leave_out, posting_date)
        key = sha256_hex(canonical_json([company_id, judged.content_hash]))[:30]
        charged = [
            Charged(row.account, row.fee_type_id, row.fee, f"{key}-{place}")
            for place, row in enumerate(judged.good)
            if row.account is not None and row.fee is not None
        ]
        run_id, _bill_ids = issue_fees(actor=actor, single=single, charged=charged)
        FeeImport.objects.create(
            company_id=company_id,
            run_id=run_id,
            content_hash=judged.content_hash,
            file_name=file_name[:200],
            charged_count=len(charged),
            left_out_count=judged.refused,
            amount=judged.total,
            imported_date=posting_date,
            imported_by_id=actor.staff_id,
        )
        audit.record_bulk(
            actor=actor,
            action="billing.fees_imported",
            object_type="billing_run",
            object_keys_hash=sha256_hex(canonical_json(sorted(single.bill_nos))),
            count=len(charged),
            company_id=company_id,
            unit_id=company_id,
            details={
                "run": single.run_no,
                "amount": str(judged.total),
                "left_out": judged.refused,
                "content": judged.content_hash,
            },
        )
    return ImportedFees(run_id, single.run_no, len(charged), judged.refused, judged.total)


def _as_previewed(
    actor: Actor, company_id: int, rows: Sequence[FeeRow], stamp: str, leave_out: bool, on: date
) -> JudgedFees:
    judged = judge_fees(actor=actor, company_id=company_id, rows=rows, on=on)
    if judged.stamp != stamp:
        raise FeesMoved()
    if not judged.good or (judged.refused and not leave_out):
        raise FeesRefused(rows=judged.refused)
    return judged


def _refuse_repetition(company_id: int, content_hash: str) -> None:
    earlier = FeeImport.objects.filter(company_id=company_id, content_hash=content_hash).first()
    if earlier is not None:
        run_no = BillingRun.objects.values_list("run_no", flat=True).get(pk=earlier.run_id)
        raise FeesImportedBefore(run=run_no, day=earlier.imported_date)


def _judged(actor: Actor, company_id: int, rows: Sequence[FeeRow], on: date) -> tuple[JudgedFee, ...]:
    within = reach(actor, PERMISSION, on=on)
    refs = account_refs({row.account_no for row in rows})
    found = payers([ref.id for ref in refs.values()], on=on).values()
    accounts = {one.account_no: one for one in found if one.company_id == company_id and within.covers(one.unit_id)}
    types = list(FeeType.objects.filter(company_id=company_id))
    named = Counter(one.name for one in types)
    known = {one.name: one for one in types if named[one.name] == 1} | {one.code: one for one in types}
    facts = fee_facts(actor, company_id, list(accounts.values()), on)
    first: dict[tuple[str, ...], str] = {}
    judged = []
    for row in rows:
        account, fee_type = accounts.get(row.account_no), known.get(row.fee_type)
        try:
            if row.said in first:
                raise _at(None, FeeRowRepeated(place=first[row.said]))
            first[row.said] = row.place
            fee = _fee(row, account, fee_type, facts)
        except _RowRefused as refused:
            judged.append(JudgedFee(row, code=refused.error.code, params=refused.error.params, column=refused.column))
        else:
            assert fee_type is not None
            judged.append(JudgedFee(row, fee, account, fee_type.pk))
    return tuple(judged)


class _RowRefused(Exception):
    """A row's refusal with its column."""

    def __init__(self, column: FeeColumn | None, error: DomainError) -> None:
        super().__init__(error.code)
        self.column = column
        self.error = error


def _at(column: FeeColumn | None, error: DomainError) -> _RowRefused:
    return _RowRefused(column, error)


def _fee(row: FeeRow, account: PayerFacts | None, fee_type: FeeType | None, facts: FeeFacts) -> Fee:
    if account is None:
        raise _at(FeeColumn.ACCOUNT, FeeAccountUnknown(account=row.account_no))
    if fee_type is None:
        raise _at(FeeColumn.FEE_TYPE, FeeTypeUnknown(name=row.fee_type))
    if not row.note:
        raise _at(FeeColumn.NOTE, FeeNoteMissing())
    if row.value and not _NUMBER.fullmatch(row.value):
        raise _at(FeeColumn.VALUE, FeeValueUnreadable(text=row.value))
    value = Decimal(row.value) if row.value else None
    pricing = FeePricing(fee_type.pricing)
    if pricing is FeePricing.FIXED and value == 1:
        value = None  # one of a fixed fee is the fee
    free = pricing is FeePricing.FREE
    asked = NewFee(account.account_id, fee_type.pk, row.note, None if free else value, value if free else None)
    try:
        return worked_out(facts, account, fee_type, asked)
    except FeeTypeInactive as error:
        raise _at(FeeColumn.FEE_TYPE, error) from error
    except DomainError as error:
        of_value = isinstance(error, FeeAmountRefused) or error.code == "billing.fee_over_limit"
        raise _at(FeeColumn.VALUE if of_value else FeeColumn.ACCOUNT, error) from error
