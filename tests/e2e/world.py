"""The worlds in which every page is looked at: one with nothing in it but people, and one that is filled."""

from dataclasses import dataclass

from qingyuan.platform import registry
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.rules.separation import SUPERVISION
from tests.factories.platform import make_person, make_utility


@dataclass(frozen=True, slots=True)
class People:
    """Two people see everything between them: nobody both administers and audits (三员分立)."""

    worker: Staff
    auditor: Staff

    def who_may(self, permission: str) -> Staff:
        return self.auditor if permission in SUPERVISION else self.worker


def make_empty_world() -> People:
    """A utility without customers, and its two people at the company."""
    utility = make_utility()
    declared = registry.permissions.all()
    make_person(utility.company_id, *(code for code in declared if code not in SUPERVISION), login="worker")
    make_person(utility.company_id, *(code for code in declared if code in SUPERVISION), login="auditor")
    return People(worker=Staff.objects.get(login="worker"), auditor=Staff.objects.get(login="auditor"))


def fill() -> None:
    """What the filled world has beyond the empty one; grows with the pages."""
