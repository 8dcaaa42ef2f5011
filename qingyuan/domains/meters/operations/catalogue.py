"""Makers, models and the meters in stock (厂商、型号、水表入库)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from qingyuan.domains.customers.rules.history import check_evidence
from qingyuan.domains.meters.declarations import STOCK
from qingyuan.domains.meters.models import Maker, Meter, MeterModel, Register
from qingyuan.domains.meters.operations.installing_lookups import known_meters
from qingyuan.domains.meters.operations.refusals import ChangedMeanwhile, ModelUnknown, RepeatedInFile
from qingyuan.domains.meters.rules.installing import (
    CalibreInvalid,
    NewRegister,
    PointNoInvalid,
    RegistersInvalid,
    check_registers,
)
from qingyuan.domains.meters.rules.lifecycle import check_transition
from qingyuan.domains.meters.rules.registers import maximum
from qingyuan.domains.meters.rules.states import Direction, MeterState
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.canonical import sha256_hex
from qingyuan.kernel.errors import DomainError, NotFound
from qingyuan.platform.audit.operations import record, record_bulk
from qingyuan.platform.copying import copy_rows, reserve_ids
from qingyuan.platform.staff.operations import require


class CatalogueCodeTaken(DomainError):
    """The company has another maker or model with this code."""

    code = "meters.catalogue_code_taken"


class MeterNoTaken(DomainError):
    """Another meter has this number."""

    code = "meters.meter_no_taken"


@dataclass(frozen=True, slots=True)
class NewMeter:
    """One meter to take into stock; `registers` of compound meters, else one register as the model says."""

    place: str
    meter_no: str
    model_code: str
    registers: tuple[NewRegister, ...] = ()
    made_date: date | None = None
    verify_by_date: date | None = None


def create_maker(*, actor: Actor, company_id: int, code: str, name: str, on: date) -> int:
    """Create a maker and return its id. Raises NotPermitted, CatalogueCodeTaken."""
    require(actor, STOCK, on=on, unit_id=company_id)
    with transaction.atomic():
        maker = Maker(company_id=company_id, code=code, name=name)
        _save(maker, code)
        record(
            actor=actor,
            action="meters.create_maker",
            object_type="maker",
            object_key=code,
            company_id=company_id,
            after={"name": name},
        )
    return maker.pk


def create_model(
    *,
    actor: Actor,
    company_id: int,
    maker_id: int,
    code: str,
    name: str,
    calibre: int,
    on: date,
    digits: int = 5,
    decimals: int = 0,
    transmission: str = "",
) -> int:
    """Create a model and return its id. Raises NotPermitted, NotFound for the maker, CalibreInvalid, RegistersInvalid,
    CatalogueCodeTaken."""
    require(actor, STOCK, on=on, unit_id=company_id)
    if not 8 <= calibre <= 2000:
        raise CalibreInvalid(calibre=calibre)
    if not 3 <= digits <= 9 or not 0 <= decimals <= 3:
        raise RegistersInvalid(register_no=1)
    with transaction.atomic():
        if not Maker.objects.filter(id=maker_id, company_id=company_id).exists():
            raise NotFound(maker_id=maker_id)
        model = MeterModel(
            company_id=company_id,
            maker_id=maker_id,
            code=code,
            name=name,
            calibre=calibre,
            digits=digits,
            decimals=decimals,
            transmission=transmission,
        )
        _save(model, code)
        record(
            actor=actor,
            action="meters.create_model",
            object_type="meter_model",
            object_key=code,
            company_id=company_id,
            after={"name": name, "calibre": calibre, "digits": digits, "decimals": decimals},
        )
    return model.pk


def add_meters(
    *, actor: Actor, company_id: int, rows: Sequence[NewMeter], on: date, strict: bool = False
) -> BatchResult:
    """Take meters into stock. `ids` in the order of the good rows, each bad row in `failed` with its place and code.

    With `strict` one bad row leaves all out. Raises NotPermitted.
    """
    require(actor, STOCK, on=on, unit_id=company_id)
    models = {
        code: (id_, digits, decimals)
        for id_, code, digits, decimals in MeterModel.objects.filter(
            company_id=company_id, code__in={row.model_code for row in rows}
        ).values_list("id", "code", "digits", "decimals")
    }
    taken = set(known_meters(row.meter_no for row in rows))
    seen: set[str] = set()
    good: list[NewMeter] = []
    failed: list[BatchIssue] = []
    for row in rows:
        try:
            _check_meter(row, models.keys(), taken, seen)
            good.append(row)
        except DomainError as error:
            failed.append(BatchIssue(row.place, error.code, error.params))
    if not good or (strict and failed):
        return BatchResult(failed=tuple(failed))
    with transaction.atomic():
        ids = _write_meters(company_id, good, models)
        record_bulk(
            actor=actor,
            action="meters.add_meters",
            object_type="meter",
            object_keys_hash=sha256_hex("\n".join(sorted(row.meter_no for row in good))),
            count=len(good),
            company_id=company_id,
        )
    return BatchResult(ids=tuple(ids), failed=tuple(failed))


def _check_meter(row: NewMeter, models: Collection[str], taken: set[str], seen: set[str]) -> None:
    if not 1 <= len(row.meter_no) <= 32 or not row.meter_no.isascii():
        raise PointNoInvalid(number=row.meter_no)
    if row.model_code not in models:
        raise ModelUnknown(meter_no=row.meter_no, model_code=row.model_code)
    if row.meter_no in taken:
        raise MeterNoTaken(meter_no=row.meter_no)
    if row.meter_no in seen:
        raise RepeatedInFile(number=row.meter_no)
    check_registers(row.registers)
    seen.add(row.meter_no)


def _write_meters(company_id: int, rows: Sequence[NewMeter], models: dict[str, tuple[int, int, int]]) -> list[int]:
    ids = reserve_ids("meter", len(rows))
    copy_rows(
        "meter",
        ("id", "company_id", "meter_no", "model_id", "state", "made_date", "verify_by_date", "version"),
        (
            (
                id_, company_id, row.meter_no, models[row.model_code][0], MeterState.IN_STOCK.value, row.made_date,
                row.verify_by_date, 1,
            )
            for id_, row in zip(ids, rows, strict=True)
        ),
    )  # fmt: skip
    Register.objects.bulk_create(
        [
            Register(
                company_id=company_id,
                meter_id=id_,
                register_no=register.register_no,
                digits=register.digits,
                decimals=register.decimals,
                maximum=maximum(register.digits),
                direction=register.direction.value,
            )
            for id_, row in zip(ids, rows, strict=True)
            for register in row.registers or (NewRegister(1, *models[row.model_code][1:], Direction.FORWARD),)
        ]
    )
    return ids


def _save(row: Maker | MeterModel, code: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CatalogueCodeTaken(catalogue_code=code) from error


def set_meter_state(*, actor: Actor, meter_id: int, wanted: MeterState, reason: str, on: date) -> None:
    """Issue a meter, take it back into stock or scrap it (领用、退库、报废). A used meter is never deleted.

    Raises NotFound, NotPermitted, EvidenceMissing, MeterStateNotAllowed.
    """
    check_evidence(reason)
    with transaction.atomic():
        meter = Meter.objects.filter(id=meter_id).first()
        if meter is None:
            raise NotFound(meter_id=meter_id)
        require(actor, STOCK, on=on, unit_id=meter.company_id)
        check_transition(MeterState(meter.state), wanted)
        same = Meter.objects.filter(id=meter_id, state=meter.state)
        if not same.update(state=wanted.value, version=meter.version + 1):
            raise ChangedMeanwhile(meter_no=meter.meter_no)
        record(
            actor=actor,
            action="meters.set_meter_state",
            object_type="meter",
            object_key=meter.meter_no,
            company_id=meter.company_id,
            before={"state": meter.state},
            after={"state": wanted},
            reason=reason,
        )
