"""Every kind of bill explains itself, in the same steps and to the same fen on the page, on paper and on the command line."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext
from pytest import CaptureFixture, MonkeyPatch

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.billing.queries.explain import explain_bill
from qingyuan.domains.readings.models import Reading
from qingyuan.domains.tariffs.rules.explanation import Node
from qingyuan.interfaces.commands import _frame
from qingyuan.interfaces.office.bills import paper
from qingyuan.interfaces.office.shell.formats import money_text
from qingyuan.kernel.errors import NotFound
from qingyuan.platform.printing.documents import render_pdf
from tests.counting import DETAIL, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.bill_kinds import PNG, every_kind

D = Decimal
Steps = list[tuple[str, str]]
KINDS = (
    "usual", "shared", "main", "mixed", "odd", "price_change", "cancelled", "rebilled", "estimated", "true_up",
    "with_correction", "correcting", "household_corrected", "household_before", "household", "exchanged",
)  # fmt: skip


@pytest.fixture(scope="module")
def kinds(module_db: str) -> dict[str, Bill]:
    return every_kind()


@pytest.fixture
def clerk(kinds: dict[str, Bill], db: None, monkeypatch: MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 7, 20))
    person = make_staff("billing.view", "readings.view", login="explainer", unit_id=kinds["usual"].unit_id)
    return signed_in_client(person)


class Shown(HTMLParser):
    """The steps of the page: text and amount of each, in order, with the links."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[list[str]] = []
        self.links: dict[str, str] = {}
        self._into = ""
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = (given.get("class") or "").split()
        self._into = next((name for name in names if name in {"explained-text", "explained-amount"}), "")
        self._href = given.get("href") or ""
        if self._into == "explained-text":
            self.steps.append(["", ""])

    def handle_endtag(self, tag: str) -> None:
        self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into == "explained-text":
            self.steps[-1][0] += data
            if self._href:
                self.links[data] = self._href
        elif self._into == "explained-amount":
            self.steps[-1][1] += data


def shown(html: str) -> Shown:
    parser = Shown()
    parser.feed(html)
    return parser


def steps_of(tree: Node) -> Steps:
    return [
        (node.text(gettext, tree.unit), "" if node.amount is None else money_text(node.amount)) for node in tree.walk()
    ]


def json_steps(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    amount = node.get("amount")
    yield node["text"], "" if amount is None else money_text(D(amount))
    for child in node.get("children", []):
        yield from json_steps(child)


def money_leaves(node: Node) -> Iterator[Decimal]:
    below = [amount for child in node.children for amount in money_leaves(child)]
    if below:
        yield from below
    elif node.amount is not None:
        yield node.amount


def command(capsys: CaptureFixture[str], *arguments: str) -> str:
    assert _frame.execute(_frame.commands()["explain"], list(arguments)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_page_paper_and_command_tell_the_same_steps_and_fen(
    kinds: dict[str, Bill],
    clerk: Client,
    kind: str,
    language: str,
    monkeypatch: MonkeyPatch,
    capsys: CaptureFixture[str],
) -> None:
    bill = kinds[kind]
    clerk.cookies["django_language"] = language
    with translation.override(language):
        tree = explain_bill(bill.pk).tree
        expected = steps_of(tree)
    printed: list[dict[str, Any]] = []

    def rendered(source: str, data: dict[str, Any]) -> bytes:
        printed.append(data)
        return render_pdf(source, data)

    monkeypatch.setattr(paper, "render_pdf", rendered)

    page = shown(clerk.get(f"/bills/{bill.bill_no}/").content.decode())
    pdf = clerk.get(f"/bills/{bill.bill_no}/explanation.pdf")
    answer = json.loads(command(capsys, bill.bill_no, "--json", "--lang", language[:2]))
    told = command(capsys, bill.bill_no, "--lang", language[:2])

    assert sum(money_leaves(tree)) == tree.amount == bill.amount == D(answer["total"])
    assert [(text, amount) for text, amount in page.steps] == expected
    assert [(row["text"], row["amount"]) for row in printed[0]["rows"]] == expected
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert list(json_steps(answer["explanation"])) == expected
    assert [line.strip() for line in told.splitlines()] == [
        f"{text}  [{amount.replace(',', '')}]" if amount else text for text, amount in expected
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_sums_that_are_shown_are_true(kinds: dict[str, Bill], db: None, kind: str) -> None:
    tree = explain_bill(kinds[kind].pk).tree
    registers = [node for node in tree.walk() if node.code == "step_register"]
    priced = [node for node in tree.walk() if node.code in {"tier_line", "flat_line"}]

    assert priced
    for node in registers:
        values: dict[str, Any] = dict(node.values)
        assert values["current"] - values["previous"] == values["volume"]
    for node in priced:
        line: dict[str, Any] = dict(node.values)
        assert abs(line["volume"] * line["price"]) == abs(line["exact"])
        assert line["exact"] == line["amount"] or "rounded" in {child.code for child in node.children}


SAID = {
    "usual": (
        "水表 MP000001：本次读数 160 − 上次读数 100 = 60 m³",
        "2024-11-15 装上水表 MP000001，起始读数 100",
        "本次抄表有照片",
        "阶梯周期 2025-01-01 至 2025-12-31：此前已用 0 m³，加上本次共 60 m³",
        "没有登记家庭人口，按 4 人计",
        "按用水量的 90% 计收：60 × 90% = 54 m³",
        "与 P000013 合用阶梯，用水量合并累计",
    ),
    "shared": ("与 AP000007 合用阶梯，用水量合并累计", "第 1 档（0 至 220）：还可用 20，本次用 20，剩余 0 m³"),
    "main": (
        "这是总表：分表的用水在各自的账单上，这里减去",
        "减去分表 P000010 的用水（另有账单）：50 m³",
        "分表的水表 MP000010：150 − 100 = 50 m³",
    ),
    "mixed": (
        "混合用水，按“演示非居民”计价的部分：每月定量 20 m³ × 2 个月，不超过实际用水：40 m³",
        "混合用水，按“演示居民阶梯”计价的部分：其余 10 m³",
    ),
    "odd": (
        "适用价格“演示零头”（odd），2013-08-01 起执行，价格文号 演价〔2024〕1号：50 m³",
        "保留 2 位小数（四舍五入）：96.275 → 96.28",
        "自来水费的 10% = 9.6275",
        "固定费用：每月 6.00 × 2 个月 = 12.00",
        "尾差：合计保留 1 位小数（四舍五入），与以上各项之和相差 -0.01",
    ),
    "price_change": (
        "2025-01-20 至 2025-02-01 共 12 天（全程 31 天）：101 ÷ 31 × 12，取整得 39 m³",
        "2025-02-01 至 2025-02-20 为其余 19 天（全程 31 天）：101 中余下的 62 m³",
    ),
    "cancelled": ("本账单已于 2025-02-20 冲正（作废）：抄错。不必缴纳",),
    "rebilled": ("水表 MP000003，上次读数 100，本次读数 160：计 40 m³",),
    "estimated": (
        "本次没有抄到水表，用水量为估计；下次抄到后多退少补",
        "水表 MP000002 本次没有抄到，按以往用水估计为 25 m³（读数按 175 算）；下次抄到后多退少补",
        "2025-02-20 水表 MP000002 没有抄到，估计读数 175（估抄记录 ",
    ),
    "true_up": (
        "2025-01-20 抄得 150，2025-03-20 抄得 190：59 天共用 40 m³，本期占 31 天，分得 21.017 m³",
        "用水量：由 25 改为 21.017 m³",
        "水表 MP000002：两次实际抄表之间的用水按天数分摊，本期 21.017 m³",
    ),
    "correcting": ("用水量：仍为 60 m³", "自来水费：应收 115.20 − 原收 170.40 = -55.20"),
    "household_corrected": (
        "计入用水人数：6；原账单：—",
        "用水量：仍为 300 m³",
        "自来水费：应收 576.00 − 原收 686.40 = -110.40",
    ),
    "household_before": (
        "家庭人口自 2025-02-01 起改为 6 人，从该日及以后开始的用水起适用",
        "各档上限：220, 300 m³",
    ),
    "household": (
        "家庭人口 6 人：超过 4 人的 2 人，每人使各档上限增加 72 m³",
        "家庭人口 6 人，自 2025-02-01 起登记",
        "各档上限：364, 444 m³",
    ),
    "exchanged": (
        "2025-02-05 换表：拆下 MP000006（读数 190），装上 新表1（起始读数 3）",
        "2025-02-05 拆下水表 MP000006，最后读数 190",
        "2025-02-05 装上水表 新表1，起始读数 3",
    ),
}


@pytest.mark.parametrize("kind", SAID)
def test_each_kind_says_in_plain_chinese_what_makes_it(kinds: dict[str, Bill], db: None, kind: str) -> None:
    with translation.override("zh-hans"):
        texts = [text for text, _ in steps_of(explain_bill(kinds[kind].pk).tree)]

    for sentence in SAID[kind]:
        assert any(text.startswith(sentence) for text in texts), "\n".join([sentence, *texts])


def test_bills_around_a_bill_name_each_other(kinds: dict[str, Bill], db: None) -> None:
    def told(kind: str) -> dict[str, Node]:
        return {node.code: node for node in explain_bill(kinds[kind].pk).tree.children}

    assert told("cancelled")["replaced_by"].value("bill") == kinds["rebilled"].bill_no
    replaces = told("rebilled")["replaces"]
    assert (replaces.value("bill"), replaces.value("reason")) == (kinds["cancelled"].bill_no, "抄错")
    assert told("estimated")["corrected_by"].value("bill") == kinds["true_up"].bill_no
    assert told("with_correction")["corrected_by"].value("difference") == "-55.20"
    assert told("true_up")["why_TRUE_UP"].value("bill") == kinds["estimated"].bill_no
    assert told("correcting")["why_ROOM_MOVED"].value("bill") == kinds["with_correction"].bill_no


def test_readings_and_photo_lead_to_their_pages_for_who_may_see_them(kinds: dict[str, Bill], clerk: Client) -> None:
    bill = kinds["usual"]
    links = shown(clerk.get(f"/bills/{bill.bill_no}/").content.decode()).links
    cashier = signed_in_client(make_staff("billing.view", login="cashier", unit_id=bill.unit_id))

    reading = Reading.objects.get(reading_item_id=bill.reading_item_id)
    (of_reading,) = [link for text, link in links.items() if f"抄表记录 {reading.pk}）" in text]
    assert of_reading == f"/readings/items/{bill.reading_item_id}/"
    assert clerk.get(of_reading).status_code == 200
    assert clerk.get(links["本次抄表有照片"]).content == PNG
    without = shown(cashier.get(f"/bills/{bill.bill_no}/").content.decode())
    assert without.links == {} and ["本次抄表有照片", ""] in without.steps


def test_a_page_of_every_kind_asks_no_more_than_a_page_may(kinds: dict[str, Bill], clerk: Client) -> None:
    counts = {kind: len(questions(clerk, f"/bills/{kinds[kind].bill_no}/")) for kind in KINDS}

    assert {kind: count for kind, count in counts.items() if count > DETAIL} == {}


def test_another_units_bill_is_not_explained_and_no_bill_is_refused(
    kinds: dict[str, Bill], db: None, capsys: CaptureFixture[str]
) -> None:
    stranger = signed_in_client(make_staff("billing.view", login="stranger", unit_id=kinds["usual"].unit_id + 1))

    assert stranger.get(f"/bills/{kinds['usual'].bill_no}/explanation.pdf").status_code == 404
    with pytest.raises(NotFound):
        _frame.execute(_frame.commands()["explain"], ["B-none"])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed")
def test_paper_can_be_read(kinds: dict[str, Bill], clerk: Client, tmp_path: Path) -> None:
    path = tmp_path / "bill.pdf"
    path.write_bytes(clerk.get(f"/bills/{kinds['usual'].bill_no}/explanation.pdf").content)

    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout

    assert "本次读数 160 − 上次读数 100 = 60" in text and kinds["usual"].bill_no in text
