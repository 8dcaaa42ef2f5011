"""What the walk over every page has to be told: arguments of addresses, and which GET answers are no pages.

Whoever adds an address with arguments adds a line to EXAMPLES; the walk fails until then. The values are read when the
world is filled (tests/e2e/world.py), so they may look rows up.
"""

from collections.abc import Callable

from tests.e2e.billing_examples import BILLING, NO_BILLING_PAGES
from tests.e2e.notice_examples import NO_PAGES_OF_NOTICES, NOTICES
from tests.e2e.payments_examples import NO_PAGES_OF_PAYMENTS, PAYMENTS
from tests.e2e.readings_examples import NO_PAGES_OF_READINGS, READINGS
from tests.e2e.records_examples import NO_PAGES_OF_RECORDS, RECORDS
from tests.e2e.settings_examples import NO_PAGES, SETTINGS
from tests.e2e.simulation_examples import NO_PAGES_OF_SIMULATIONS, SIMULATIONS

EXAMPLES: dict[str, Callable[[], dict[str, object]]] = {
    "gallery:record-tab": lambda: {"tab": "readings"},
    **PAYMENTS,
    **SETTINGS,
    **BILLING,
    **READINGS,
    **RECORDS,
    **SIMULATIONS,
    **NOTICES,
}

NOT_PAGES = {
    **NO_PAGES,
    **NO_BILLING_PAGES,
    **NO_PAGES_OF_PAYMENTS,
    **NO_PAGES_OF_READINGS,
    **NO_PAGES_OF_RECORDS,
    **NO_PAGES_OF_SIMULATIONS,
    **NO_PAGES_OF_NOTICES,
    "shell:columns": "takes a POST alone",
    "gallery:progress": "a part of a page",
    "gallery:reveal": "a part of a page",
    "gallery:search": "JSON",
    "gallery:broken": "fails on purpose; seen in test_gallery",
    "health:alive": "plain text for the load balancer",
    "health:ready": "plain text for the load balancer",
}
