"""Links between main and sub meters (总分关系): hanging subs under a main on terms, and taking them from under it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from qingyuan.domains.customers.rules.history import NothingChanges, check_evidence
from qingyuan.domains.meters.declarations import CHANGE
from qingyuan.domains.meters.models import MeterLink, ServicePoint
from qingyuan.domains.meters.operations.locked import add, audit_point, close_last, lock_points, locked_point
from qingyuan.domains.meters.operations.refusals import MainUnknown
from qingyuan.domains.meters.queries.points import in_force
from qingyuan.domains.meters.rules.links import check_acyclic
from qingyuan.domains.meters.rules.sharing import SharingTerms, StandingLink, check_terms, check_together
from qingyuan.domains.meters.rules.states import LinkKind
from qingyuan.kernel.actor import Actor


def link_points(
    *,
    actor: Actor,
    main_id: int,
    sub_ids: Sequence[int],
    from_date: date,
    reason: str,
    on: date,
    kind: LinkKind = LinkKind.DEDUCT,
    terms: SharingTerms | None = None,
) -> tuple[int, ...]:
    """The subs hang under the main from `from_date` on (总分表), in place of another main or of other terms; returns the
    rows' ids. ALLOCATE, and it alone, takes `terms`.

    Raises NotFound, NotPermitted, PointClosed, EvidenceMissing, MainUnknown for points of another company, LinkCycle,
    NothingChanges, ChangeBeforeCurrent, ChangeTooFarBack, and what rules.sharing refuses; then nothing has changed.
    """
    check_evidence(reason)
    check_terms(kind, terms, sub_ids)
    with transaction.atomic():
        lock_points([main_id, *sub_ids])
        main = locked_point(actor, main_id, CHANGE, on=on)
        subs = [locked_point(actor, sub_id, CHANGE, on=on) for sub_id in sub_ids]
        if any(sub.company_id != main.company_id for sub in subs):
            raise MainUnknown(main_point_no=main.point_no)
        _check_no_ring(main, sub_ids, kind, from_date)
        made = [_link(main, sub, kind, terms, from_date, on) for sub in subs]
        check_together(_standing(main.pk), since=from_date)
        audit_point(
            actor,
            main,
            "meters.link_points",
            after={"subs": [sub.point_no for sub in subs], "kind": kind, "from_date": from_date, **_told(terms, subs)},
            reason=reason,
        )
    return tuple(made)


def _check_no_ring(main: ServicePoint, sub_ids: Sequence[int], kind: LinkKind, from_date: date) -> None:
    """Links of any kind that hold on the date or later, the subs' own former mains of this kind left out."""
    later = Q(to_date__isnull=True) | Q(to_date__gt=from_date)
    edges = MeterLink.objects.filter(later, company_id=main.company_id)
    check_acyclic(
        list(edges.exclude(sub_id__in=list(sub_ids), kind=kind.value).values_list("main_id", "sub_id")),
        [(main.pk, sub_id) for sub_id in sub_ids],
    )


def _link(
    main: ServicePoint, sub: ServicePoint, kind: LinkKind, terms: SharingTerms | None, from_date: date, on: date
) -> int:
    rows = MeterLink.objects.filter(sub=sub, kind=kind.value)
    last = close_last(rows, point=sub, from_date=from_date, on=on)
    link = MeterLink(company_id=main.company_id, main=main, sub=sub, kind=kind.value, from_date=from_date)
    link.sharing, link.cap, link.share_scale = ("", None, 0) if terms is None else _agreed(terms)
    link.share = None if terms is None else terms.shares.get(sub.pk)
    if last and (last[0].main_id, last[0].to_date, *_terms_of(last[0])) == (main.pk, None, *_terms_of(link)):
        raise NothingChanges(point_no=sub.point_no)
    return add(link).pk


def _agreed(terms: SharingTerms) -> tuple[str, Decimal | None, int]:
    return terms.method.value, terms.cap, terms.scale


def _terms_of(link: MeterLink) -> tuple[str, Decimal | None, int, Decimal | None]:
    return link.sharing, link.cap, link.share_scale, link.share


def _standing(main_id: int) -> list[StandingLink]:
    return [
        StandingLink(LinkKind(link.kind), _terms_of(link)[:3], link.share, link.from_date, link.to_date)
        for link in MeterLink.objects.filter(main_id=main_id).order_by("id")
    ]


def _told(terms: SharingTerms | None, subs: Sequence[ServicePoint]) -> dict[str, object]:
    """The terms for the audit trail; nothing for links without."""
    if terms is None:
        return {}
    shares = {sub.point_no: format(terms.shares[sub.pk], "f") for sub in subs if sub.pk in terms.shares}
    cap = None if terms.cap is None else format(terms.cap, "f")
    return {"sharing": terms.method, "cap": cap, "scale": terms.scale, **({"shares": shares} if shares else {})}


def unlink_points(*, actor: Actor, main_id: int, sub_ids: Sequence[int], to_date: date, reason: str, on: date) -> int:
    """The subs hang under the main no longer, by links of any kind, from `to_date` on; returns how many links ended.

    Raises NotFound, NotPermitted, PointClosed, EvidenceMissing, ChangeBeforeCurrent, ChangeTooFarBack, and
    NothingChanges when none of them hung there.
    """
    check_evidence(reason)
    ended = 0
    with transaction.atomic():
        lock_points([main_id, *sub_ids])
        main = locked_point(actor, main_id, CHANGE, on=on)
        for sub_id in sub_ids:
            sub = ServicePoint.objects.get(id=sub_id)
            for kind in LinkKind:
                rows = MeterLink.objects.filter(main_id=main_id, sub_id=sub_id, kind=kind.value)
                if rows.filter(in_force(to_date)).exists():
                    close_last(rows, point=sub, from_date=to_date, on=on)
                    ended += 1
        if not ended:
            raise NothingChanges(point_no=main.point_no)
        audit_point(
            actor,
            main,
            "meters.unlink_points",
            before={"subs": len(sub_ids)},
            after={"links_ended": ended, "to_date": to_date},
            reason=reason,
        )
    return ended
