"""What addresses and queries may hold, and how values are written: money and volumes as text of a fixed scale."""

from decimal import Decimal
from typing import Annotated

from ninja import Path, Query

_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"
_PERIOD = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"
_CURSOR = r"^[0-9]{1,18}$"
MOST_ROWS = 200
USUAL_ROWS = 50

Number = Annotated[str, Path(max_length=40, pattern=_NO_CONTROL)]
AccountNo = Annotated[str | None, Query(max_length=40, pattern=_NO_CONTROL, description="account number 户号")]
Period = Annotated[str | None, Query(pattern=_PERIOD, description="billing period 帐期, YYYY-MM")]
Cursor = Annotated[str | None, Query(pattern=_CURSOR, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="bills on one page")]


def money_text(amount: Decimal) -> str:
    """Yuan with two places."""
    return f"{amount:.2f}"


def volume_text(volume: Decimal) -> str:
    """m³ with three places."""
    return f"{volume:.3f}"
