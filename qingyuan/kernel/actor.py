"""Who acts (操作人): goes into every operation and query."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or the system on whose behalf a call is made.

    `staff_id` is None for the system itself (jobs without a person, the command line), which may do everything.
    `origin` is the network address or "cli"/"worker"; `request_id` ties audit rows and log lines together.
    """

    staff_id: int | None
    name: str
    company_id: int | None
    unit_id: int | None
    origin: str = ""
    request_id: str = ""

    @property
    def is_system(self) -> bool:
        return self.staff_id is None


def system_actor(
    name: str = "system", *, company_id: int | None = None, origin: str = "cli", request_id: str = ""
) -> Actor:
    """The actor of work that no person started."""
    return Actor(staff_id=None, name=name, company_id=company_id, unit_id=None, origin=origin, request_id=request_id)
