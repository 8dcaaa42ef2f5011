"""What a token's secret looks like, and what is kept of it (接口令牌)."""

import hashlib
from datetime import date, timedelta

PREFIX = "qy_"
LONGEST_DAYS = 366
LONGEST_SECRET = 100


def digest_of(secret: str) -> str:
    """What is kept: a plain SHA-256 does, for the secret is 256 random bits and nobody's choice."""
    return hashlib.sha256(secret.encode("utf-8", errors="surrogatepass")).hexdigest()


def span_holds(from_date: date, to_date: date) -> bool:
    """Whether a token may live that long: at least a day, at most a year."""
    return from_date < to_date <= from_date + timedelta(days=LONGEST_DAYS)


def is_valid(on: date, *, to_date: date, revoked: bool) -> bool:
    """Whether the token opens anything on the day."""
    return not revoked and on < to_date
