"""Setting how an account wants to be told (设置通知方式)."""

from datetime import date

from django.db import transaction
from django.db.models import F

from qingyuan.domains.customers.declarations import CHANGE
from qingyuan.domains.customers.models import Account, AccountNotices
from qingyuan.domains.customers.queries.notices import notice_choices
from qingyuan.domains.notifications.rules.reach import NO_NOTICES
from qingyuan.domains.notifications.rules.states import Channel, Language
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform.audit.operations import record
from qingyuan.platform.staff.operations import require

CHANNELS = frozenset({"", NO_NOTICES, *Channel})
LANGUAGES = frozenset({"", *Language})


class NoticeChoiceRefused(DomainError):
    """There is no such channel, language or contact of the holder; `field` names which (通知方式无效)."""

    code = "customers.notice_choice_refused"


def set_notices(
    *,
    actor: Actor,
    account_id: int,
    channel: str,
    language: str,
    contact_id: int | None,
    version: int,
    on: date,
) -> None:
    """Set the account's choices; empty texts and None mean as the unit has it. `version` is the one that was seen, 0 for
    none. What is queued already stays. Raises NotFound, NotPermitted, NoticeChoiceRefused, StaleEdit.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound(account=account_id)
    require(actor, CHANGE, on=on, unit_id=account.unit_id)
    before = notice_choices(account_id, on=on)
    if channel not in CHANNELS:
        raise NoticeChoiceRefused(field="channel")
    if language not in LANGUAGES:
        raise NoticeChoiceRefused(field="language")
    if contact_id is not None and contact_id not in {one.id for one in before.contacts}:
        raise NoticeChoiceRefused(field="contact")
    fields = {"channel": channel, "language": language, "contact_id": contact_id}
    with transaction.atomic():
        if version == 0:
            row = AccountNotices(account_id=account_id, company_id=account.company_id, **fields)
            AccountNotices.objects.bulk_create([row], ignore_conflicts=True)
            changed = AccountNotices.objects.filter(account_id=account_id, version=1, **fields).count()
        else:
            found = AccountNotices.objects.filter(account_id=account_id, version=version)
            changed = found.update(version=F("version") + 1, **fields)
        if not changed:
            raise StaleEdit(account_no=account.account_no)
        record(
            actor=actor,
            action="customers.set_notices",
            object_type="account",
            object_key=account.account_no,
            company_id=account.company_id,
            unit_id=account.unit_id,
            before={"channel": before.channel, "language": before.language, "contact_id": before.contact_id},
            after=fields,
        )
