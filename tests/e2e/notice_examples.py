"""Examples of the addresses of notices, from the demo utility: its runs are told as they are issued."""

from collections.abc import Callable

from qingyuan.domains.customers.models import Account
from qingyuan.domains.notifications.models import NoticeBatch


def _batch() -> dict[str, object]:
    return {"batch_no": NoticeBatch.objects.order_by("-id").values_list("batch_no", flat=True)[0]}


def _account() -> dict[str, object]:
    return {"account_no": Account.objects.filter(state="ACTIVE").order_by("id").values_list("account_no", flat=True)[0]}


NOTICES: dict[str, Callable[[], dict[str, object]]] = {
    "accounts:notices": _account,
    "notices:batch": _batch,
    "notices:choices": _account,
    "notices:results": _batch,
    "notices:text": lambda: {"kind": "BILL_ISSUED", "language": "zh-hans"},
}

NO_PAGES_OF_NOTICES = {
    "notices:again": "takes a POST alone",
    "notices:download": "a file",
    "notices:notify": "takes a POST alone",
    "notices:preview": "a part of a page",
    "notices:result-sample": "a file",
    "notices:resume": "takes a POST alone",
    "notices:states": "a part of a page",
}
