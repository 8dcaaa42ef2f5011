"""What the first start of an empty database does: the demo company at once, its city in the background."""

from datetime import date

from django.db import transaction
from procrastinate.contrib.django import app

from qingyuan.platform.organisation import queries as units
from qingyuan.tools.demo import company

FILL_TASK = "demo.fill"


def begin(*, on: date) -> bool:
    """Make the demo company in an empty database and defer the filling of its city, in one transaction.

    `on` is today: the company exists since the first of January two years before, so that its past months can be
    billed. False, and nothing done, where there is any unit already.
    """
    with transaction.atomic():
        if units.root() is not None:
            return False
        company.found(on=date(on.year - 2, 1, 1))
        app.configure_task(FILL_TASK, allow_unknown=True, queueing_lock=FILL_TASK).defer()
    return True
