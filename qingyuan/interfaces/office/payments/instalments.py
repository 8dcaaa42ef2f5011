"""An instalment in words (分次收费用语), for the account's page and the counter."""

from django.utils.translation import gettext as _

from qingyuan.domains.ledger.rules.instalments import OpenInstalment
from qingyuan.interfaces.office.shell.formats import date_text


def instalment_text(one: OpenInstalment, count: int) -> str:
    """Which instalment of how many is to be paid now, and when it is due."""
    return _("Instalment %(number)s of %(count)s, due %(date)s") % {
        "number": one.number,
        "count": count,
        "date": date_text(one.due_date),
    }
