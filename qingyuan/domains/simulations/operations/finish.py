"""The end of a simulation (测算完成): the chunks' sums added up, winners and losers counted, the examples drawn."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from qingyuan.domains.simulations.models import Simulation, SimulationAccount, SimulationChunk
from qingyuan.domains.simulations.rules.examples import example_places
from qingyuan.domains.simulations.rules.spread import BINS
from qingyuan.domains.simulations.rules.states import ChunkState, SimulationState
from qingyuan.domains.simulations.rules.sums import merged

MOST_SHOWN = 10
_DIMENSION_COLUMNS = {"class": "usage_class_id", "area": "area_id", "people": "people"}


def finish(*, simulation_id: int, at: datetime) -> bool:
    """Close a simulation whose chunks are all done. Returns whether this call did it."""
    with transaction.atomic():
        row = Simulation.objects.select_for_update(no_key=True).filter(pk=simulation_id).first()
        if row is None or row.state != SimulationState.RUNNING:
            return False
        if SimulationChunk.objects.filter(simulation=row).exclude(state=ChunkState.DONE).exists():
            return False
        chunks = SimulationChunk.objects.filter(simulation=row).order_by("chunk_no")
        results = merged(chunks.values_list("result", flat=True).iterator(chunk_size=20))
        results["accounts"] = _accounts(simulation_id)
        results["spread"] = _spread(simulation_id)
        results["examples"] = _examples(simulation_id)
        results["dearest"] = _extreme(simulation_id, "new_fen - base_fen DESC", "new_fen > base_fen")
        results["cheapest"] = _extreme(simulation_id, "new_fen - base_fen", "new_fen < base_fen")
        row.results = results
        row.state = SimulationState.DONE
        row.finished_at = at
        row.save(update_fields=["results", "state", "finished_at"])
        # What the chunks came to stands in the results now.
        chunks.update(result={}, account_ids=[])
        return True


def _accounts(simulation_id: int) -> dict[str, Any]:
    """Accounts, dearer, cheaper: of all, and by each value of each dimension."""
    found: dict[str, Any] = {"total": _counts(simulation_id, "''").get("", [0, 0, 0])}
    for name, column in _DIMENSION_COLUMNS.items():
        found[name] = _counts(simulation_id, f"COALESCE({column}::text, '')")
    return found


def _counts(simulation_id: int, by: str) -> dict[str, list[int]]:
    sql = f"""
        SELECT {by}, count(*), count(*) FILTER (WHERE new_fen > base_fen), count(*) FILTER (WHERE new_fen < base_fen)
        FROM simulation_account WHERE simulation_id = %s GROUP BY 1 ORDER BY 1
    """
    return {row[0]: list(row[1:]) for row in _rows(sql, [simulation_id])}


def _spread(simulation_id: int) -> list[list[int]]:
    """[accounts, change in fen] by bin."""
    sql = """
        SELECT bin, count(*), sum(new_fen - base_fen)::bigint FROM simulation_account WHERE simulation_id = %s
        GROUP BY bin ORDER BY bin
    """
    spread = [[0, 0] for _ in range(BINS)]
    for place, count, fen in _rows(sql, [simulation_id]):
        spread[place] = [count, fen]
    return spread


def _examples(simulation_id: int) -> list[int]:
    """The accounts in the middle of each tenth by monthly use, the smallest first; those without any use stand aside."""
    used = SimulationAccount.objects.filter(simulation_id=simulation_id, litres__gt=0)
    places = example_places(used.count())
    sql = """
        SELECT account_id FROM (
            SELECT account_id, row_number() OVER (ORDER BY litres, account_id) - 1 AS place
            FROM simulation_account WHERE simulation_id = %s AND litres > 0) ranked
        WHERE place = ANY(%s) ORDER BY place
    """
    return [row[0] for row in _rows(sql, [simulation_id, list(places)])]


def _extreme(simulation_id: int, order: str, condition: str) -> list[int]:
    sql = f"""
        SELECT account_id FROM simulation_account WHERE simulation_id = %s AND {condition}
        ORDER BY {order}, account_id LIMIT %s
    """
    return [row[0] for row in _rows(sql, [simulation_id, MOST_SHOWN])]


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()  # type: ignore[no-any-return]
