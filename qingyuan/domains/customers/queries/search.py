"""Finding accounts by what is typed (检索): prefix look-ups in the token index, within reach, bounded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from qingyuan.domains.customers.rules.states import AccountState, TokenKind
from qingyuan.domains.customers.rules.tokens import Prefix, look_ups
from qingyuan.kernel.actor import Actor
from qingyuan.platform.staff.queries import reach

CANDIDATES_LIMIT = 300
"""So many tokens, in their order, are looked at for each way in which what was typed can be meant."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that matches, and by which of its tokens. `is_exact`: what was typed is the whole number."""

    account_id: int
    kind: TokenKind
    token: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """What is shown of an account that was found: number, holder, address, state, and why it matched."""

    account_id: int
    account_no: str
    holder_name: str
    address: str
    unit_id: int
    state: AccountState
    matched: TokenKind
    matched_text: str
    is_exact: bool


def search(actor: Actor, text: str, *, permission: str, on: date, limit: int = 8) -> tuple[Hit, ...]:
    """The first `limit` accounts within the permission's reach that match every word typed; whole numbers first.

    Nothing typed, or nothing usable, finds nothing; a permission limited to books finds nothing either. Two queries
    beside those of the reach. The overview `account_search` puts the owing first and knows books.
    """
    held = reach(actor, permission, on=on)
    found = candidates(text, None if held.everything else held.whole_unit_ids)[:limit]
    return tuple(hits(found, on=on).values())


def candidates(text: str, unit_ids: Collection[int] | None) -> list[Candidate]:
    """Matching accounts of the units (None: of all), at most CANDIDATES_LIMIT for each way it can be meant; whole numbers first, then
    in the order of the tokens. One query, or none."""
    words = look_ups(text)
    if not words or (unit_ids is not None and not unit_ids):
        return []
    words.sort(key=lambda prefixes: -len(prefixes[0].text))
    driving, *others = words
    sql, params = _union(driving, others, unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    typed = {prefix.text for prefix in driving}
    best: dict[int, Candidate] = {}
    for account_id, kind, token in rows:
        exact = token in typed and kind in (TokenKind.ACCOUNT_NO, TokenKind.OLD_NO, TokenKind.METER_NO)
        known = best.get(account_id)
        if known is None or (exact and not known.is_exact):
            best[account_id] = Candidate(account_id, TokenKind(kind), _shown(TokenKind(kind), token), exact)
    return sorted(best.values(), key=lambda one: (not one.is_exact, one.token, one.account_id))


def hits(found: Sequence[Candidate], *, on: date) -> dict[int, Hit]:
    """What is shown of the candidates, in their order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [on, on, [one.account_id for one in found]])
        shown = {row[0]: row[1:] for row in cursor.fetchall()}
    return {
        one.account_id: Hit(
            one.account_id, number, name, address, unit_id, AccountState(state), one.kind, one.token, one.is_exact
        )
        for one in found
        for number, name, address, unit_id, state in [shown[one.account_id]]
    }


def _union(
    driving: list[Prefix], others: list[list[Prefix]], unit_ids: Collection[int] | None
) -> tuple[str, list[Any]]:
    """The tokens of the driving word, one branch per way it can be meant; the other words by the account's own tokens."""
    condition = ""
    tail: list[Any] = []
    if unit_ids is not None:
        condition += " AND a.unit_id = ANY(%s)"
        tail.append(sorted(unit_ids))
    for prefixes in others:
        ways = " OR ".join(["(o.token LIKE %s AND o.kind = ANY(%s))"] * len(prefixes))
        condition += f" AND EXISTS (SELECT 1 FROM search_token o WHERE o.account_id = t.account_id AND ({ways}))"
        for prefix in prefixes:
            tail += [_pattern(prefix), [kind.value for kind in prefix.kinds]]
    branches: list[str] = []
    params: list[Any] = []
    for prefix in driving:
        branches.append(_BRANCH.format(condition=condition))
        params += [_pattern(prefix), [kind.value for kind in prefix.kinds], *tail, CANDIDATES_LIMIT]
    return " UNION ALL ".join(branches), params


def _shown(kind: TokenKind, token: str) -> str:
    """A phone number's last four digits alone: the token is the whole number backwards."""
    return f"…{token[:4][::-1]}" if kind is TokenKind.PHONE_TAIL else token


def _pattern(prefix: Prefix) -> str:
    escaped = prefix.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


_BRANCH = """(
SELECT t.account_id, t.kind, t.token FROM search_token t JOIN account a ON a.id = t.account_id
 WHERE t.token LIKE %s AND t.kind = ANY(%s){condition}
 ORDER BY t.token USING ~<~, t.account_id LIMIT %s)"""
_SHOWN = """
SELECT a.id, a.account_no, coalesce(c.name, ''), coalesce(p.address, ''), a.unit_id, a.state
  FROM account a
  LEFT JOIN account_holder h ON h.account_id = a.id AND h.from_date <= %s AND (h.to_date IS NULL OR h.to_date > %s)
  LEFT JOIN customer c ON c.id = h.customer_id
  LEFT JOIN premise p ON p.id = a.premise_id
 WHERE a.id = ANY(%s)
"""
