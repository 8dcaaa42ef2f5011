"""The tab of an account's notices (档案页通知): how it is told, and what it was told."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.customers.queries.notices import NoticeChoices, notice_choices
from qingyuan.domains.notifications.queries import notices_of_account
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts.record import detail_page, header_for
from qingyuan.interfaces.office.notices.columns import OF_ACCOUNT
from qingyuan.interfaces.office.notices.words import ACCOUNT_CHANNELS, ACCOUNT_LANGUAGES
from qingyuan.interfaces.office.shell.details import Fact, FactList, detail_response, sub_table
from qingyuan.interfaces.office.shell.formats import masked_phone


@requires("notifications.view")
def notices(request: OfficeRequest, account_no: str) -> HttpResponse:
    """The account's choices and its newest notices."""
    header = header_for(request, account_no, "notifications.view")
    context = {
        "account_no": account_no,
        "choices": _choices(notice_choices(header.id, on=timezone.localdate())),
        "table": sub_table(
            _("Notices"), OF_ACCOUNT, notices_of_account(header.id), empty=_("It was told nothing yet.")
        ),
    }
    return detail_response(request, detail_page(request, header, "notices"), "accounts/notices.html", context=context)


def _choices(stored: NoticeChoices) -> FactList:
    chosen = next((one for one in stored.contacts if one.id == stored.contact_id), None)
    told = chosen or next(iter(stored.contacts), None)
    words = [] if told is None else [told.name, masked_phone(told.phone) if told.phone else _("no phone number")]
    if told is not None and not told.may_message:
        words.append(_("has not agreed to messages"))
    return FactList(
        (
            Fact(gettext_lazy("Notices by"), dict(ACCOUNT_CHANNELS)[stored.channel]),
            Fact(gettext_lazy("Language"), dict(ACCOUNT_LANGUAGES)[stored.language]),
            Fact(gettext_lazy("Contact to be told"), "，".join(word for word in words if word) or _("no contact")),
        ),
        heading=gettext_lazy("How it is told"),
    )
