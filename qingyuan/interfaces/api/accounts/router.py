"""Routes of accounts."""

from django.utils import timezone
from ninja import Router

from qingyuan.interfaces.api.access import ApiRequest, requires
from qingyuan.interfaces.api.accounts.schemas import AccountOut
from qingyuan.interfaces.api.fields import Number
from qingyuan.interfaces.api.problems import REFUSALS
from qingyuan.overviews.account_header import account_header

router = Router(tags=["accounts"])


@router.get("/{account_no}", response={200: AccountOut, **REFUSALS}, url_name="account", summary="One account")
@requires("customers.view")
def one(request: ApiRequest, account_no: Number) -> AccountOut:
    return AccountOut.of(account_header(request.auth, account_no, on=timezone.localdate()))
