"""A town to be read, and its people, signed in."""

from datetime import date

from django.test import Client

from qingyuan.platform.dictionary.operations.entries import seed_shipped_sets
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import signed_in_client
from tests.factories import readings as make
from tests.factories.platform import SYSTEM, make_person

JAN = date(2025, 1, 15)
SUPERVISOR = (
    "readings.view",
    "readings.plan",
    "readings.record",
    "readings.review",
    "readings.correct",
    "readings.adjust",
    "readings.decide_adjustments",
    "readings.configure",
)
CLERK = ("readings.view", "readings.record", "readings.adjust")


def make_reading_town(points: int = 4) -> make.Town:
    """A town whose January is planned, with the shipped dictionary; supervisor, clerk, and a stranger of the west."""
    town = make.make_town()
    make.make_points(town, points)
    make.plan(town, JAN)
    make_reading_people(town)
    return town


def make_reading_people(town: make.Town) -> None:
    """The shipped dictionary; supervisor, clerk, and a stranger of the west."""
    seed_shipped_sets(actor=SYSTEM, on=JAN)
    make_person(town.company_id, *SUPERVISOR, login="supervisor")
    make_person(town.company_id, *CLERK, login="clerk")
    make_person(town.utility.west_id, *SUPERVISOR, login="stranger")


def client_of(login: str) -> Client:
    return signed_in_client(Staff.objects.get(login=login))
