"""The worlds in which every page is looked at: one with nothing in it but people, and one that is filled."""

from dataclasses import dataclass

from qingyuan.platform import registry
from qingyuan.platform.organisation import queries as units
from qingyuan.platform.staff.models import Staff
from qingyuan.platform.staff.rules.separation import SUPERVISION
from qingyuan.tools.demo import company
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
    return _people_at(make_utility().company_id)


def people_of_the_demo() -> People:
    """The same two people in the demo utility (fixture `demo_template`): a town with a past, so that no page is empty."""
    company_id = units.unit_by_code(company.CODE).id
    return _people_at(company_id)


def _people_at(company_id: int) -> People:
    declared = registry.permissions.all()
    make_person(company_id, *(code for code in declared if code not in SUPERVISION), login="worker")
    make_person(company_id, *(code for code in declared if code in SUPERVISION), login="auditor")
    return People(worker=Staff.objects.get(login="worker"), auditor=Staff.objects.get(login="auditor"))
