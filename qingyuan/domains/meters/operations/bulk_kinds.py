"""The facts of points that are changed in bulk: usage shares, item options and their end, quotas, also those of accounts
(批量变更：用水性质、费用项选项及其终止、定额).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Generic

from django.db import models

from qingyuan.domains.customers.operations.bulk import FactKind, Part, Subject, last_facts
from qingyuan.domains.customers.operations.bulk_kinds import AccountKind
from qingyuan.domains.customers.rules.bulk import BulkRow, LastFact, ValueT
from qingyuan.domains.meters.declarations import CHANGE
from qingyuan.domains.meters.models import ItemOption, Quota, UsageShare
from qingyuan.domains.meters.operations.locked import lock_points
from qingyuan.domains.meters.operations.refusals import ChargeItemUnknown, PlanUnknown, PointClosed, UsageClassUnknown
from qingyuan.domains.meters.queries import point_refs
from qingyuan.domains.meters.rules.installing import QuotaInvalid, check_volume
from qingyuan.domains.meters.rules.shares import NewShare, check_shares
from qingyuan.domains.meters.rules.states import ShareKind
from qingyuan.domains.tariffs.queries.codes import charge_item_ids, plan_ids, usage_class_ids
from qingyuan.kernel.errors import DomainError

Shares = tuple[NewShare, ...]


@dataclass(frozen=True, slots=True)
class OptionValue:
    """The point's own plan for a charge item; `plan_code` empty: exempt."""

    item_code: str
    plan_code: str


class _PointKind(FactKind[ValueT], Generic[ValueT]):
    permission = CHANGE
    object_type = "service_point"

    def subjects(self, numbers: Collection[str]) -> Mapping[str, Subject]:
        return {
            number: Subject(ref.id, number, ref.company_id, ref.unit_id, ref.opened_date, ref.closed_date is not None)
            for number, ref in point_refs(numbers).items()
        }

    def lock(self, subject_ids: Iterable[int]) -> None:
        lock_points(subject_ids)

    def closed(self, subject: Subject) -> DomainError:
        return PointClosed(point_no=subject.number)


class SharesKind(_PointKind[Shares]):
    """Usage shares (用水性质组成); a change of class is the share of one class that takes all."""

    action = "meters.bulk_shares"

    def __init__(self, company_id: int) -> None:
        super().__init__(company_id)
        self._classes: Mapping[tuple[int, str], int] = {}

    @property
    def model(self) -> type[models.Model]:
        return UsageShare

    def look_up(self, values: Sequence[Shares]) -> None:
        self._classes = usage_class_ids([self.company_id], {share.class_code for value in values for share in value})

    def check(self, row: BulkRow[Shares]) -> None:
        check_shares(row.value)
        for share in row.value:
            if (self.company_id, share.class_code) not in self._classes:
                raise UsageClassUnknown(class_code=share.class_code)

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[Shares]]:
        rows = UsageShare.objects.filter(point_id__any=list(subject_ids)).order_by("from_date", "position", "id")
        newest: dict[int, list[tuple[Any, ...]]] = {}
        for row in rows.values_list("point_id", "id", "usage_class__code", "kind", "value", "from_date", "to_date"):
            group = newest.setdefault(row[0], [])
            if group and group[0][5] != row[5]:
                group.clear()
            group.append(row)
        return {(point, ""): _last_shares(group) for point, group in newest.items()}

    def rows_of(self, subject: Subject, row: BulkRow[Shares]) -> list[models.Model]:
        return [
            UsageShare(
                company_id=subject.company_id,
                point_id=subject.id,
                usage_class_id=self._classes[self.company_id, share.class_code],
                kind=share.kind.value,
                value=share.value,
                position=position,
                evidence=row.evidence,
                from_date=row.from_date,
            )
            for position, share in enumerate(row.value, start=1)
        ]


def _last_shares(group: Sequence[tuple[Any, ...]]) -> LastFact[Shares]:
    """Of the rows that began last, those that a change on the same day left empty are not what holds."""
    lasting = [row for row in group if row[6] is None or row[6] > row[5]] or list(group)
    shares = tuple(NewShare(code, ShareKind(kind), value) for _p, _id, code, kind, value, _f, _t in lasting)
    start, end = _span(lasting)
    return LastFact(tuple(row[1] for row in lasting), shares, start, end)


def _span(rows: Sequence[tuple[Any, ...]]) -> tuple[date, date | None]:
    return rows[0][5], rows[0][6]


class OptionKind(_PointKind[OptionValue]):
    """Item options (污水单价类型、加压、垃圾、水资源税): an item plan, or exempt, with its document."""

    action = "meters.bulk_option"

    def __init__(self, company_id: int) -> None:
        super().__init__(company_id)
        self._items: Mapping[tuple[int, str], int] = {}
        self._plans: Mapping[tuple[int, str], int] = {}

    @property
    def model(self) -> type[models.Model]:
        return ItemOption

    def look_up(self, values: Sequence[OptionValue]) -> None:
        self._items = charge_item_ids([self.company_id], {value.item_code for value in values})
        self._plans = plan_ids([self.company_id], {value.plan_code for value in values if value.plan_code})

    def check(self, row: BulkRow[OptionValue]) -> None:
        if (self.company_id, row.value.item_code) not in self._items:
            raise ChargeItemUnknown(item_code=row.value.item_code)
        if row.value.plan_code and (self.company_id, row.value.plan_code) not in self._plans:
            raise PlanUnknown(plan_code=row.value.plan_code)

    def part(self, value: OptionValue) -> str:
        return value.item_code

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[OptionValue]]:
        rows = ItemOption.objects.filter(point_id__any=list(subject_ids)).order_by("from_date", "id")
        told = rows.values_list("id", "point_id", "charge_item__code", "plan__code", "from_date", "to_date")
        return last_facts(
            (key, point, code, OptionValue(code, plan or ""), start, end) for key, point, code, plan, start, end in told
        )

    def rows_of(self, subject: Subject, row: BulkRow[OptionValue]) -> list[models.Model]:
        plan_code = row.value.plan_code
        return [
            ItemOption(
                company_id=subject.company_id,
                point_id=subject.id,
                charge_item_id=self._items[self.company_id, row.value.item_code],
                plan_id=self._plans[self.company_id, plan_code] if plan_code else None,
                document_no=row.evidence,
                from_date=row.from_date,
                to_date=row.to_date,
            )
        ]


class OptionEndKind(OptionKind):
    """The end of item options: from the day on the plan's own price counts again (终止费用项选项).

    The value's charge item is ended, its plan is not looked at. A point without such an option on the day is as it is
    to be already.
    """

    action = "meters.bulk_option_end"

    def look_up(self, values: Sequence[OptionValue]) -> None:
        self._items = charge_item_ids([self.company_id], {value.item_code for value in values})

    def check(self, row: BulkRow[OptionValue]) -> None:
        if (self.company_id, row.value.item_code) not in self._items:
            raise ChargeItemUnknown(item_code=row.value.item_code)

    def is_same(self, last: LastFact[OptionValue] | None, row: BulkRow[OptionValue]) -> bool:
        return last is None or (last.to_date is not None and last.to_date <= row.from_date)

    def rows_of(self, subject: Subject, row: BulkRow[OptionValue]) -> list[models.Model]:
        _ = subject, row
        return []


class _Quotas(FactKind[Decimal]):
    """Quotas, m³ for one cycle of the tariff; `owner` is the column of who has them."""

    owner: ClassVar[str]

    @property
    def model(self) -> type[models.Model]:
        return Quota

    def check(self, row: BulkRow[Decimal]) -> None:
        check_volume(row.value, QuotaInvalid(quota=row.value))

    def last(self, subject_ids: Collection[int]) -> Mapping[Part, LastFact[Decimal]]:
        rows = Quota.objects.filter(**{f"{self.owner}__any": list(subject_ids)}).order_by("from_date", "id")
        told = rows.values_list("id", self.owner, "volume", "from_date", "to_date")
        return last_facts((key, owner, "", volume, start, end) for key, owner, volume, start, end in told)

    def rows_of(self, subject: Subject, row: BulkRow[Decimal]) -> list[models.Model]:
        quota = Quota(
            company_id=subject.company_id,
            volume=row.value,
            document_no=row.evidence,
            from_date=row.from_date,
            to_date=row.to_date,
        )
        setattr(quota, self.owner, subject.id)
        return [quota]


class QuotaKind(_Quotas, _PointKind[Decimal]):
    """Quotas of points (用水定额)."""

    action = "meters.bulk_quota"
    owner = "point_id"


class AccountQuotaKind(_Quotas, AccountKind[Decimal]):
    """Quotas of accounts (户用水定额): for all points of the account that have none of their own."""

    action = "meters.bulk_account_quota"
    permission = CHANGE
    owner = "account_id"
