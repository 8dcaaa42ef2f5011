"""Routes of bills."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from ninja import Router

from qingyuan.interfaces.api.access import ApiRequest, requires
from qingyuan.interfaces.api.bills.schemas import BillOut, BillsOut, ExplanationOut
from qingyuan.interfaces.api.fields import USUAL_ROWS, AccountNo, Cursor, Limit, Number, Period
from qingyuan.interfaces.api.problems import REFUSALS
from qingyuan.kernel.period import Month
from qingyuan.overviews import bills

VIEW = "billing.view"
router = Router(tags=["bills"])


@router.get("", response={200: BillsOut, **REFUSALS}, url_name="bills", summary="Bills, the newest first")
@requires(VIEW)
def listed(
    request: ApiRequest,
    account_no: AccountNo = None,
    period: Period = None,
    cursor: Cursor = None,
    limit: Limit = USUAL_ROWS,
) -> BillsOut:
    found = bills.bill_slice(
        request.auth,
        account_no=account_no,
        month=None if period is None else Month(int(period[:4]), int(period[5:])),
        before_id=None if cursor is None else int(cursor),
        limit=limit,
        on=timezone.localdate(),
    )
    return BillsOut.of(found)


@router.get("/{bill_no}", response={200: BillOut, **REFUSALS}, url_name="bill", summary="One bill")
@requires(VIEW)
def one(request: ApiRequest, bill_no: Number) -> BillOut:
    return BillOut.of(bills.bill_row(request.auth, bill_no, on=timezone.localdate()))


@router.get(
    "/{bill_no}/explanation",
    response={200: ExplanationOut, **REFUSALS},
    exclude_unset=True,
    url_name="bill-explanation",
    summary="How a bill came about, step by step",
)
@requires(VIEW)
def explanation(request: ApiRequest, bill_no: Number) -> dict[str, Any]:
    found = bills.bill_explanation(request.auth, bill_no, on=timezone.localdate())
    return found.as_plain(gettext, english=get_language() == "en")
