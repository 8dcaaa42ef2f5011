"""A shift's pages from what the overview says (班次页面)."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.domains.payments.queries import SessionPage, TenderTotal
from qingyuan.domains.payments.rules.tally import FACE_VALUES
from qingyuan.interfaces.office.counter.forms import CountForm
from qingyuan.interfaces.office.payments import columns
from qingyuan.interfaces.office.payments.words import SHIFT_STATES, TENDERS
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.details import DetailPage, Fact, Figure, SubTable, sub_table
from qingyuan.interfaces.office.shell.formats import instant_text, money_text
from qingyuan.interfaces.office.shell.lists import Action, Column, ColumnKind
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.money import fen
from qingyuan.overviews.shifts import ShiftLine, ShiftPage


def _difference_chip(amount: Decimal | None) -> Chip | None:
    if amount is None:
        return None
    word, tone = difference_of(amount)
    return Chip(word, {"over": Tone.AMBER, "short": Tone.RED, "even": Tone.GREEN}[tone])


COLUMNS: tuple[Column[ShiftLine], ...] = (
    Column(
        "session_no",
        _("Shift no."),
        ColumnKind.IDENTIFIER,
        link=lambda row: reverse("counter:shift-record", args=[row.session_no]),
        fixed=True,
    ),
    Column("cashier_name", _("Cashier")),
    Column("unit_name", _("Hall")),
    Column("state", _("State"), ColumnKind.CHIP, value=lambda row: SHIFT_STATES[row.state]),
    Column("over_short", _("Over or short"), ColumnKind.MONEY, sortable=True, totalled=True),
    Column("difference", _("Result of the count"), ColumnKind.CHIP, value=lambda row: _difference_chip(row.over_short)),
    Column("expected_cash", _("Cash expected"), ColumnKind.MONEY, totalled=True),
    Column("counted_cash", _("Cash counted"), ColumnKind.MONEY, totalled=True),
    Column("received", _("Received"), ColumnKind.MONEY),
    Column("payments", _("Payment count"), ColumnKind.INTEGER),
    Column("opened_at", _("Opened at"), ColumnKind.INSTANT, sortable=True),
    Column("closed_at", _("Closed at"), ColumnKind.INSTANT, sortable=True),
    Column("float_amount", _("Float money"), ColumnKind.MONEY, shown=False),
    Column("note", _("Remark on the shift"), ColumnKind.LONG_TEXT, shown=False),
)


@dataclass(frozen=True, slots=True)
class CountRow:
    """A face value's line: its field, the pieces typed, what they make."""

    face: str
    face_fen: int
    field: BoundField
    pieces: int
    amount: str


@dataclass(frozen=True, slots=True)
class ShiftTables:
    """The tables of a shift."""

    tenders: SubTable
    counts: SubTable
    payments: SubTable


def difference_of(amount: Decimal) -> tuple[Label, str]:
    """The word for a difference, and its tone: 长款, 短款, 平."""
    if amount > 0:
        return _("cash over"), "over"
    return (_("cash short"), "short") if amount < 0 else (_("cash even"), "even")


def shift_facts(page: SessionPage) -> tuple[tuple[Label, str], ...]:
    """What stands above the count."""
    row = page.row
    return (
        (_("Shift no."), row.session_no),
        (_("Cashier"), row.cashier_name),
        (_("Hall"), row.unit_name),
        (_("Opened at"), instant_text(row.opened_at)),
        (_("Float money"), money_text(row.float_amount)),
    )


def count_rows(form: CountForm) -> list[CountRow]:
    """The face values, largest first."""
    pieces = form.pieces() if form.is_bound and form.is_valid() else {}
    return [
        CountRow(
            face=f"{face:f}",
            face_fen=fen(face),
            field=form[f"face_{place}"],
            pieces=pieces.get(face, 0),
            amount=money_text(face * pieces.get(face, 0)),
        )
        for place, face in enumerate(FACE_VALUES)
    ]


def record_tables(shift: ShiftPage, *, narrow: bool = False) -> ShiftTables:
    """Totals per tender, the count, the payments (in fewer columns where the count stands beside them)."""
    page = shift.page
    totals: tuple[Column[TenderTotal], ...] = (
        Column("kind", _("Paid by"), value=lambda row: TENDERS[row.kind]),
        Column("count", _("Payment count"), ColumnKind.INTEGER),
        Column("amount", _("Handed over"), ColumnKind.MONEY),
        Column("void_count", _("Voided, number"), ColumnKind.INTEGER),
        Column("void_amount", _("Voided, amount"), ColumnKind.MONEY),
    )
    counts: tuple[Column[tuple[Decimal, int]], ...] = (
        Column("face", _("Face value"), ColumnKind.MONEY, value=lambda row: row[0]),
        Column("pieces", _("Pieces"), ColumnKind.INTEGER, value=lambda row: row[1]),
        Column("amount", _("Amount"), ColumnKind.MONEY, value=lambda row: row[0] * row[1]),
    )
    sums = {"amount": sum((one.amount for one in page.totals), Decimal("0.00"))}
    return ShiftTables(
        tenders=sub_table(
            _("Totals per way of paying"), totals, page.totals, totals=sums,
            empty=_("Nothing was taken in this shift yet."), caption_shown=True,
        ),
        counts=sub_table(
            _("Count of notes and coins"), counts, page.counts, empty=_("Not counted."), caption_shown=True
        ),
        payments=sub_table(
            _("Payments of the shift"), columns.OF_OWN_SHIFT if narrow else columns.OF_SHIFT, shift.payments.rows,
            totals={"received": shift.payments.received}, empty=_("Nothing was taken in this shift yet."),
            caption_shown=True,
        ),
    )  # fmt: skip


def record_header(shift: ShiftPage, permissions: Collection[str]) -> DetailPage:
    """The header of a shift's record."""
    page, row = shift.page, shift.page.row
    facts = [
        Fact(_("Cashier"), row.cashier_name),
        Fact(_("Hall"), row.unit_name),
        Fact(_("Opened at"), instant_text(row.opened_at)),
        Fact(_("Closed at"), instant_text(row.closed_at)),
        Fact(_("Float money"), money_text(row.float_amount)),
        Fact(_("Change given"), money_text(page.change_out)),
        Fact(_("Received"), money_text(shift.payments.received)),
    ]
    if row.note:
        facts.append(Fact(_("Remark on the shift"), row.note))
    figures = [Figure(_("Cash expected"), money_text(page.expected_cash))]
    if row.over_short is not None:
        word, tone = difference_of(row.over_short)
        figures.append(Figure(_("Cash counted"), money_text(row.counted_cash)))
        figures.append(Figure(_("Over or short"), f"{word} {money_text(abs(row.over_short))}", owed=tone == "short"))
    actions = []
    if row.over_short is None:
        if shift.is_own and "payments.close_shift" in permissions:
            actions.append(Action(_("Close the shift"), reverse("counter:shift"), icon="calculator", primary=True))
        elif not shift.is_own and "payments.close_others_shift" in permissions:
            url = reverse("counter:close-for-another", args=[row.session_no])
            actions.append(Action(_("Close the shift"), url, icon="calculator", primary=True))
    return DetailPage(
        title=str(_("Shift")),
        number=row.session_no,
        chips=(SHIFT_STATES[row.state],),
        facts=tuple(facts),
        figures=tuple(figures),
        actions=tuple(actions),
        back_url=reverse("counter:shifts"),
    )
