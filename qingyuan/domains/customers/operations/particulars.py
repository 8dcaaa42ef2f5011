"""An account's particulars: old numbers, classifications, holds, tier cycle start, kind of collection (档案维护)."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.customers.declarations import CHANGE, HOLD
from qingyuan.domains.customers.models import (
    Account,
    AccountAlias,
    AccountClassification,
    AccountHold,
    ClassificationValue,
)
from qingyuan.domains.customers.operations.opening import AliasTaken, ClassificationUnknown
from qingyuan.domains.customers.operations.succession import audit_account, locked_account
from qingyuan.domains.customers.operations.tokens import refresh_tokens
from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence, check_span
from qingyuan.domains.customers.rules.opening import NumberInvalid, check_anchor, check_number
from qingyuan.domains.customers.rules.states import CollectionKind, HoldActivity
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import NotFound, StaleEdit
from qingyuan.platform.audit.operations import record_bulk
from qingyuan.platform.staff.queries import reach


def add_alias(*, actor: Actor, account_id: int, old_no: str, on: date) -> int:
    """The account is also found by this old number (老户号); returns the row's id.

    Raises NotFound, NotPermitted, NumberInvalid, AliasTaken.
    """
    if not old_no:
        raise NumberInvalid(number=old_no)
    check_number(old_no)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on, closed_too=True)
        try:
            with transaction.atomic():
                alias = AccountAlias.objects.create(company_id=account.company_id, account_id=account_id, old_no=old_no)
        except IntegrityError as error:
            raise AliasTaken(old_no=old_no) from error
        refresh_tokens([account_id])
        audit_account(actor, account, "customers.add_alias", after={"old_no": old_no})
    return alias.pk


def classify(
    *, actor: Actor, company_id: int, account_ids: Iterable[int], scheme_code: str, value_code: str, on: date
) -> BatchResult:
    """Give the accounts the value in the scheme, in place of any other; those that have it already are skipped.

    Accounts that are unknown, of another company or outside the actor's reach are in `failed` by their id. Raises
    ClassificationUnknown.
    """
    with transaction.atomic():
        value = ClassificationValue.objects.filter(
            company_id=company_id, scheme__code=scheme_code, code=value_code
        ).first()
        if value is None:
            raise ClassificationUnknown(scheme=scheme_code, value=value_code)
        wanted = list(dict.fromkeys(account_ids))
        reached = reach(actor, CHANGE, on=on)
        own = Account.objects.filter(id__any=wanted, company_id=company_id)
        numbers = {
            id_: number for id_, number, unit in own.values_list("id", "account_no", "unit_id") if reached.covers(unit)
        }
        rows = AccountClassification.objects.filter(account_id__any=list(numbers), scheme_id=value.scheme_id)
        same = set(rows.filter(value_id=value.pk).values_list("account_id", flat=True))
        changed = [id_ for id_ in wanted if id_ in numbers and id_ not in same]
        AccountClassification.objects.bulk_create(
            [
                AccountClassification(
                    company_id=company_id, account_id=id_, scheme_id=value.scheme_id, value_id=value.pk
                )
                for id_ in changed
            ],
            update_conflicts=True,
            unique_fields=["account", "scheme"],
            update_fields=["value"],
        )
        if changed:
            record_bulk(
                actor=actor,
                action="customers.classify",
                object_type="account",
                object_keys_hash=sha256_hex("\n".join(sorted(numbers[id_] for id_ in changed))),
                count=len(changed),
                company_id=company_id,
                details={"scheme": scheme_code, "value": value_code},
            )
    return BatchResult(
        ids=tuple(changed),
        skipped=tuple(BatchIssue(numbers[id_], "customers.already_classified") for id_ in wanted if id_ in same),
        failed=tuple(BatchIssue(str(id_), NotFound.code) for id_ in wanted if id_ not in numbers),
    )


def place_hold(
    *,
    actor: Actor,
    account_id: int,
    activity: HoldActivity,
    reason: str,
    from_date: date,
    on: date,
    to_date: date | None = None,
    source: str = "",
) -> int:
    """The activity may not happen to the account in [from_date, to_date); the clerk is shown the reason. Returns its id.

    `source` names the case that placed it. Raises NotFound, NotPermitted, EvidenceMissing, SpanInvalid.
    """
    check_evidence(reason)
    check_span(from_date, to_date)
    with transaction.atomic():
        account = locked_account(actor, account_id, HOLD, on=on, closed_too=True)
        hold = AccountHold.objects.create(
            company_id=account.company_id,
            account_id=account_id,
            activity=activity.value,
            reason=reason,
            source=source,
            from_date=from_date,
            to_date=to_date,
        )
        audit_account(
            actor,
            account,
            "customers.place_hold",
            after={"activity": activity, "from_date": from_date, "to_date": to_date, "source": source},
            reason=reason,
        )
    return hold.pk


def lift_hold(*, actor: Actor, hold_id: int, to_date: date, reason: str, on: date) -> None:
    """End the hold on `to_date` (on or before its start: it never was in force).

    Raises NotFound, NotPermitted, EvidenceMissing, NothingChanges when it has ended by then.
    """
    check_evidence(reason)
    with transaction.atomic():
        account_id = AccountHold.objects.filter(id=hold_id).values_list("account_id", flat=True).first()
        if account_id is None:
            raise NotFound(hold_id=hold_id)
        account = locked_account(actor, account_id, HOLD, on=on, closed_too=True)
        hold = AccountHold.objects.get(id=hold_id)
        ends = max(to_date, hold.from_date)
        if hold.to_date is not None and hold.to_date <= ends:
            raise NothingChanges(to_date=hold.to_date)
        AccountHold.objects.filter(id=hold_id).update(to_date=ends)
        audit_account(
            actor,
            account,
            "customers.lift_hold",
            before={"activity": hold.activity, "to_date": hold.to_date},
            after={"activity": hold.activity, "to_date": ends},
            reason=reason,
        )


def set_tier_anchor(*, actor: Actor, account_id: int, anchor: str, reason: str, on: date) -> None:
    """The account's tier cycle starts on this month-day ("mm-dd") instead of the tariff's; empty: the tariff's again.

    Raises NotFound, NotPermitted, AccountClosed, AnchorInvalid, EvidenceMissing, NothingChanges.
    """
    check_evidence(reason)
    if anchor:
        check_anchor(anchor)
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        before = account.tier_anchor
        if before == anchor:
            raise NothingChanges(anchor=anchor)
        account.tier_anchor = anchor
        account.version += 1
        account.save(update_fields=["tier_anchor", "version"])
        audit_account(
            actor,
            account,
            "customers.set_tier_anchor",
            before={"tier_anchor": before},
            after={"tier_anchor": anchor},
            reason=reason,
        )


def update_account(
    *,
    actor: Actor,
    account_id: int,
    version: int,
    collection_kind: CollectionKind,
    user_type: str,
    note: str,
    on: date,
) -> None:
    """Change what does not depend on time. Raises NotFound, NotPermitted, AccountClosed, StaleEdit."""
    with transaction.atomic():
        account = locked_account(actor, account_id, CHANGE, on=on)
        if account.version != version:
            raise StaleEdit(account_no=account.account_no)
        after: dict[str, object] = {"collection_kind": collection_kind.value, "user_type": user_type, "note": note}
        before = {field: getattr(account, field) for field in after}
        Account.objects.filter(id=account_id).update(**after, version=version + 1)
        audit_account(actor, account, "customers.update_account", before=before, after=after)
