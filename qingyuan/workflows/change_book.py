"""Changing a book with its reader (抄表册变更): one form, one transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from qingyuan.domains.routes import operations as routes
from qingyuan.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class BookChange:
    """What a book is to be; `reader_id` and `area_id` None: none."""

    name: str
    area_id: int | None
    reader_id: int | None
    months_interval: int
    phase_month: int
    reading_day: int
    is_active: bool


def change_book(*, actor: Actor, book_id: int, version: int, change: BookChange, on: date) -> None:
    """Raises what routes' `update_book` (StaleEdit among them) and `assign_reader` raise; then nothing has changed."""
    with transaction.atomic():
        routes.update_book(
            actor=actor,
            book_id=book_id,
            version=version,
            on=on,
            name=change.name,
            area_id=change.area_id,
            months_interval=change.months_interval,
            phase_month=change.phase_month,
            reading_day=change.reading_day,
            is_active=change.is_active,
        )
        routes.assign_reader(actor=actor, book_ids=[book_id], reader_id=change.reader_id, on=on)
