"""Two plain-text answers; neither tells a stranger more than yes or no."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from qingyuan.interfaces.office.access import public

logger = logging.getLogger(__name__)
_PLAIN = "text/plain; charset=utf-8"


@public
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type=_PLAIN)


@public
def ready(_request: HttpRequest) -> HttpResponse:
    """The database answers and has exactly this version's tables; else 503, with the reason in the log."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        logger.exception("not ready: the database does not answer")
        return HttpResponse("database\n", status=503, content_type=_PLAIN)
    if pending:
        logger.error("not ready: %d migrations are pending", len(pending))
        return HttpResponse("migrations\n", status=503, content_type=_PLAIN)
    return HttpResponse("ok\n", content_type=_PLAIN)
