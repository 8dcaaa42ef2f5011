"""Company profiles, bank accounts and the company's civil date (公司资料)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from qingyuan.platform.organisation.models import CompanyBankAccount, CompanyProfile
from qingyuan.platform.organisation.queries.units import subtree_ids

DEFAULT_TIME_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a company prints. `logo_hash` is the content hash of an attachment, empty without one."""

    company_id: int
    legal_name: str
    tax_no: str
    address: str
    phone: str
    service_hotline: str
    time_zone: str
    logo_hash: str
    version: int


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account of a unit."""

    id: int
    unit_id: int
    unit_name: str
    bank_name: str
    bank_line_no: str
    account_name: str
    account_no: str
    purpose: str
    closed_date: date | None


def profile(company_id: int) -> Profile | None:
    """The company's profile, None before it is made."""
    row = CompanyProfile.objects.filter(unit_id=company_id).first()
    if row is None:
        return None
    return Profile(
        company_id=row.unit_id,
        legal_name=row.legal_name,
        tax_no=row.tax_no,
        address=row.address,
        phone=row.phone,
        service_hotline=row.service_hotline,
        time_zone=row.time_zone,
        logo_hash=row.logo_hash,
        version=row.version,
    )


def bank_accounts(unit_id: int) -> tuple[BankAccount, ...]:
    """The accounts of the unit and of everything below it, by unit and number. Raises NotFound."""
    rows = CompanyBankAccount.objects.filter(unit_id__in=subtree_ids(unit_id)).select_related("unit")
    return tuple(
        BankAccount(
            id=row.pk,
            unit_id=row.unit_id,
            unit_name=row.unit.name,
            bank_name=row.bank_name,
            bank_line_no=row.bank_line_no,
            account_name=row.account_name,
            account_no=row.account_no,
            purpose=row.purpose,
            closed_date=row.closed_date,
        )
        for row in rows.order_by("unit__path", "account_no")
    )


def time_zone(company_id: int | None) -> ZoneInfo:
    """The zone in which the company's civil dates are taken."""
    zones = CompanyProfile.objects.filter(unit_id=company_id or 0).values_list("time_zone", flat=True)
    return ZoneInfo(zones.first() or DEFAULT_TIME_ZONE)


def civil_date(company_id: int | None, at: datetime) -> date:
    """The company's date at an instant."""
    return at.astimezone(time_zone(company_id)).date()
