"""Company profiles and bank accounts (公司资料)."""

from datetime import date
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import F

from qingyuan.kernel.actor import Actor
from qingyuan.kernel.errors import DomainError, NotFound, StaleEdit
from qingyuan.platform import authority
from qingyuan.platform.audit import operations as audit
from qingyuan.platform.organisation.models import CompanyBankAccount, CompanyProfile
from qingyuan.platform.organisation.queries import company_of, company_unit, profile, unit

_TAX_NO_LENGTHS = (15, 18, 20)


class TaxNumberRefused(DomainError):
    """A tax number has 15, 18 or 20 digits and capitals (税号应为15、18或20位)."""

    code = "organisation.tax_number_refused"


class TimeZoneUnknown(DomainError):
    """No such time zone (时区不存在)."""

    code = "organisation.time_zone_unknown"


class BankAccountTaken(DomainError):
    """This bank account is entered already (银行账号已登记)."""

    code = "organisation.bank_account_taken"


def set_profile(
    *,
    actor: Actor,
    company_id: int,
    version: int,
    legal_name: str,
    on: date,
    tax_no: str = "",
    address: str = "",
    phone: str = "",
    service_hotline: str = "",
    time_zone: str = "Asia/Shanghai",
    reason: str = "",
) -> None:
    """Make or change the profile of a company; `version` 0 makes the first one. The logo has its own operation.

    Raises NotPermitted without company.edit at the company, NotFound, StaleEdit, TaxNumberRefused, TimeZoneUnknown.
    """
    company = company_unit(company_id)
    authority.require(actor, "company.edit", on=on, unit_id=company_id)
    if tax_no and (len(tax_no) not in _TAX_NO_LENGTHS or not _is_plain(tax_no)):
        raise TaxNumberRefused(tax_no=tax_no)
    if time_zone not in available_timezones():
        raise TimeZoneUnknown(time_zone=time_zone)
    fields: dict[str, object] = {
        "legal_name": legal_name,
        "tax_no": tax_no,
        "address": address,
        "phone": phone,
        "service_hotline": service_hotline,
        "time_zone": time_zone,
    }
    with transaction.atomic():
        before = profile(company_id)
        _write(company.code, company_id, version, fields)
        audit.record(
            actor=actor,
            action="organisation.profile_changed",
            object_type="company",
            object_key=company.code,
            company_id=company_id,
            unit_id=company_id,
            before=None if before is None else {name: getattr(before, name) for name in fields},
            after=fields,
            reason=reason,
        )


def set_logo(*, actor: Actor, company_id: int, version: int, logo_hash: str, on: date) -> None:
    """Name the logo by the content hash of an attachment; empty takes it away.

    Raises NotPermitted without company.edit at the company, NotFound, StaleEdit.
    """
    company = company_unit(company_id)
    authority.require(actor, "company.edit", on=on, unit_id=company_id)
    before = profile(company_id)
    if before is None:
        raise NotFound(company=company_id)
    with transaction.atomic():
        _write(company.code, company_id, version, {"logo_hash": logo_hash})
        audit.record(
            actor=actor,
            action="organisation.profile_changed",
            object_type="company",
            object_key=company.code,
            company_id=company_id,
            unit_id=company_id,
            before={"logo_hash": before.logo_hash},
            after={"logo_hash": logo_hash},
        )


def add_bank_account(
    *,
    actor: Actor,
    unit_id: int,
    bank_name: str,
    account_name: str,
    account_no: str,
    on: date,
    bank_line_no: str = "",
    purpose: str = "",
) -> int:
    """Enter a bank account of a company or of a unit of it; returns its id.

    Raises NotPermitted without company.edit at the unit, NotFound, NoCompany, BankAccountTaken.
    """
    owner = unit(unit_id)
    company_id = company_of(unit_id)
    authority.require(actor, "company.edit", on=on, unit_id=unit_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = CompanyBankAccount.objects.create(
                    unit_id=unit_id,
                    bank_name=bank_name,
                    bank_line_no=bank_line_no,
                    account_name=account_name,
                    account_no=account_no,
                    purpose=purpose,
                )
        except IntegrityError as error:
            raise BankAccountTaken(account_no=account_no) from error
        audit.record(
            actor=actor,
            action="organisation.bank_account_added",
            object_type="bank_account",
            object_key=account_no,
            company_id=company_id,
            unit_id=unit_id,
            after={"unit": owner.code, "bank_name": bank_name, "account_name": account_name, "purpose": purpose},
        )
    return row.pk


def close_bank_account(*, actor: Actor, bank_account_id: int, closed_date: date, on: date, reason: str = "") -> None:
    """The account is no longer used from a date on; it stays on old papers. Raises NotPermitted, NotFound."""
    row = CompanyBankAccount.objects.filter(pk=bank_account_id).first()
    if row is None:
        raise NotFound(bank_account=bank_account_id)
    authority.require(actor, "company.edit", on=on, unit_id=row.unit_id)
    with transaction.atomic():
        CompanyBankAccount.objects.filter(pk=bank_account_id).update(closed_date=closed_date)
        audit.record(
            actor=actor,
            action="organisation.bank_account_closed",
            object_type="bank_account",
            object_key=row.account_no,
            company_id=company_of(row.unit_id),
            unit_id=row.unit_id,
            before={"closed_date": row.closed_date},
            after={"closed_date": closed_date},
            reason=reason,
        )


def _write(code: str, company_id: int, version: int, fields: dict[str, object]) -> None:
    if version == 0:
        _row, made = CompanyProfile.objects.get_or_create(unit_id=company_id, defaults=fields)
    else:
        rows = CompanyProfile.objects.filter(unit_id=company_id, version=version)
        made = bool(rows.update(version=F("version") + 1, **fields))
    if not made:
        raise StaleEdit(company=code)


def _is_plain(tax_no: str) -> bool:
    return tax_no.isascii() and tax_no.isalnum() and tax_no == tax_no.upper()
