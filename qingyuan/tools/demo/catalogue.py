"""What the demo city stands on: charge items, usage classes, price tables, meter models, streets, books."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files

from qingyuan.domains.customers import operations as customers
from qingyuan.domains.ledger import operations as ledger
from qingyuan.domains.meters import operations as meters
from qingyuan.domains.readings import operations as readings
from qingyuan.domains.routes import operations as routes
from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.domains.tariffs.operations import NewChargeItem, NewUsageClass, TaxTreatment
from qingyuan.domains.tariffs.queries.catalogue import charge_items
from qingyuan.kernel.actor import Actor
from qingyuan.platform.organisation import queries as units
from qingyuan.tools.demo import names
from qingyuan.tools.demo.city import HALLS, OTHER_PLANS, DemoAccount

GOLDEN_PRICES_SINCE = date(2024, 1, 1)
CHARGE_ITEMS = (
    NewChargeItem("water", "自来水费", "Water", "", TaxTreatment.TAXED, Decimal("0.03"), 10),
    NewChargeItem("sewage", "污水处理费", "Sewage", "市财政（演示）", position=20),
    NewChargeItem("resource", "水资源费", "Water resource", "市水务局（演示）", position=30),
    NewChargeItem("garbage", "垃圾处理费", "Garbage", "市环卫所（演示）", position=40),
    NewChargeItem("service", "服务费", "Services", "", TaxTreatment.TAXED, Decimal("0.06"), 50),
)
USAGE_CLASSES = (
    NewUsageClass("RESIDENTIAL", "居民", "Residential", is_residential=True, position=10),
    NewUsageClass("LOW_INCOME", "低保居民", "Low income", is_residential=True, parent_code="RESIDENTIAL", position=20),
    NewUsageClass("PUBLIC", "行政事业", "Public bodies", position=30),
    NewUsageClass("INDUSTRY", "工商业", "Trade and industry", position=40),
    NewUsageClass("GOLDEN", "居民（黄金用户）", "Residential (golden year)", is_residential=True, position=90),
)
MODELS = (("LXS-15E", "旋翼式水表 DN15", 15), ("LXS-25E", "旋翼式水表 DN25", 25), ("LXS-40E", "旋翼式水表 DN40", 40))
MODEL_OF_CALIBRE = {calibre: code for code, _, calibre in MODELS}
GOLDEN_BOOK = "D1-G01"
REFORM_AFTER_YEARS = 4
REFORM_CASES = """format: qingyuan-rating-cases/1
cases:
- {id: 居民全年 300 方, tariff: sh-res, usage: '300', expect: {total: '1174.00', tier_volumes: ['220', '80', '0']}}
"""


def tariff_text(name: str) -> str:
    """A shipped price table (示例价目)."""
    return (files("qingyuan") / "data" / "tariffs" / f"{name}.yaml").read_text(encoding="utf-8")


def is_there(company_id: int) -> bool:
    """Whether the catalogue was made already."""
    return bool(charge_items(company_id))


def make(*, actor: Actor, company_id: int, on: date) -> None:
    """Everything but the books, as of `on`."""
    for charge_item in CHARGE_ITEMS:
        tariffs.create_charge_item(actor=actor, company_id=company_id, row=charge_item, on=on)
    for usage_class in USAGE_CLASSES:
        tariffs.create_usage_class(actor=actor, company_id=company_id, row=usage_class, on=on)
    ledger.set_up_books(actor=actor, company_id=company_id, on=on)
    _publish_prices(actor, company_id, on)
    readings.set_conditions(actor=actor, company_id=company_id, on=on)
    maker = meters.create_maker(actor=actor, company_id=company_id, code="YS", name="演示水表厂", on=on)
    for code, name, calibre in MODELS:
        meters.create_model(
            actor=actor, company_id=company_id, maker_id=maker, code=code, name=name, calibre=calibre, on=on
        )
    streets = {
        code: customers.create_region(actor=actor, company_id=company_id, code=code, name=name, on=on)
        for code, name in names.STREETS
    }
    for code, name, street in names.ESTATES:
        customers.create_community(
            actor=actor, company_id=company_id, code=code, name=name, region_id=streets[street], on=on
        )


def _publish_prices(actor: Actor, company_id: int, on: date) -> None:
    unit_of = {hall.code: units.unit_by_code(hall.code).id for hall in HALLS}
    tables = {hall.residential_plan for hall in HALLS} | {plan for _, plan in OTHER_PLANS}
    made_versions: dict[str, int] = {}
    for name in [*sorted(tables), "golden-res-2024", "golden-res-2025"]:
        made = tariffs.import_version(actor=actor, company_id=company_id, text=tariff_text(name), on=on)
        made_versions[name] = made.version_id
        tariffs.publish(
            actor=actor, version_id=made.version_id, at=datetime(on.year, on.month, on.day, tzinfo=UTC), on=on
        )
    _draft_reform(actor, made_versions["sh-res"], on)
    company_wide = [*OTHER_PLANS, ("GOLDEN", "golden-res")]
    assignments = [(company_id, usage_class, plan) for usage_class, plan in company_wide]
    assignments += [(unit_of[hall.code], "RESIDENTIAL", hall.residential_plan) for hall in HALLS]
    for unit_id, usage_class, plan in assignments:
        from_date = max(on, GOLDEN_PRICES_SINCE) if plan == "golden-res" else on
        tariffs.assign(actor=actor, unit_id=unit_id, class_code=usage_class, plan_code=plan, from_date=from_date, on=on)


def _draft_reform(actor: Actor, version_id: int, on: date) -> None:
    """A draft of the next price reform, with a case worked by hand: 220 × 2.05 + 80 × 3.30 + 270 × 1.70."""
    draft = tariffs.begin_draft(
        actor=actor, from_version_id=version_id, effective_from=date(on.year + REFORM_AFTER_YEARS, 1, 1), on=on
    )
    text = tariffs.export_version(actor=actor, version_id=draft, on=on).replace("'1.92'", "'2.05'")
    version = tariffs.save_draft(actor=actor, version_id=draft, version=1, text=text, on=on)
    tariffs.save_cases(actor=actor, version_id=draft, version=version, text=REFORM_CASES, on=on)


def make_books(*, actor: Actor, city: tuple[DemoAccount, ...], on: date) -> None:
    """The books of the city, and the golden household's own."""
    cycle = {account.book_no: account.hall for account in city}
    rows = [
        routes.NewBook(
            place=book_no,
            unit_code=hall.code,
            book_no=book_no,
            name=f"{hall.name.removesuffix('营业所（演示）')}{book_no[-3:]}册",
            reader_login="chaobiao" if hall.code == "D1" else "",
            months_interval=hall.months_interval,
            phase_month=1 if hall.code == "D1" else 2 if hall.months_interval == 2 else 1,
            reading_day=18,
        )
        for book_no, hall in sorted(cycle.items())
    ]
    routes.create_books(actor=actor, rows=[*rows, golden_book()], on=on, strict=True)


def golden_book() -> routes.NewBook:
    """The book of the golden household, read every two months on the fifteenth."""
    return routes.NewBook(
        GOLDEN_BOOK, "D1", GOLDEN_BOOK, "黄金用户册", months_interval=2, phase_month=1, reading_day=15
    )
