"""Attaching a file to an account (户档附件)."""

from datetime import date

from django.db import transaction

from qingyuan.domains.customers.queries import account_ref
from qingyuan.kernel.actor import Actor
from qingyuan.platform.files.operations import link, store
from qingyuan.platform.staff.operations import require

ATTACH = "files.attach"


def attach_to_account(
    *, actor: Actor, account_no: str, name: str, media_type: str, content: bytes, purpose: str, on: date
) -> str:
    """Store the file and let it prove something about the account; returns its hash. The same content is kept once.

    Raises NotFound, NotPermitted, and what files' `store` raises.
    """
    account = account_ref(account_no)
    require(actor, ATTACH, on=on, unit_id=account.unit_id)
    with transaction.atomic():
        stored = store(actor=actor, name=name, media_type=media_type, content=content, on=on)
        link(actor=actor, sha256=stored.sha256, object_type="account", object_key=account.account_no, purpose=purpose)
    return stored.sha256
