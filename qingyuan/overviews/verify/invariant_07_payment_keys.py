"""7 One payment per idempotency key and per channel serial (一笔一键)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

_KEYS = Statement(
    "payment",
    """
    SELECT min(payment_no) AS payment_no, idempotency_key, count(*) AS times FROM payment
    GROUP BY idempotency_key HAVING count(*) > 1 ORDER BY 1
    """,
    "key %(idempotency_key)s was used %(times)s times",
)
_SERIALS = Statement(
    "payment",
    """
    SELECT min(payment_no) AS payment_no, channel, channel_serial, count(*) AS times FROM payment
    WHERE channel_serial IS NOT NULL GROUP BY channel, channel_serial HAVING count(*) > 1 ORDER BY 1
    """,
    "%(channel)s serial %(channel_serial)s was taken %(times)s times",
)
_JOURNALS = Statement(
    "journal",
    """
    SELECT min(id) AS id, idempotency_key, count(*) AS times FROM journal WHERE idempotency_key IS NOT NULL
    GROUP BY idempotency_key HAVING count(*) > 1 ORDER BY 1
    """,
    "key %(idempotency_key)s was posted %(times)s times",
)

INVARIANT = Invariant(
    7, "One payment per idempotency key and channel serial", partial(run, (_KEYS, _SERIALS, _JOURNALS))
)
