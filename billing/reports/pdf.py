"""A statement as a page to print or to keep. Pure: the same statement is the same file."""

import datetime as dt
from typing import Final

from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import FontFace

from billing.reports.statement import Statement, StatementLine
from billing.tariffs.money import pounds
from smsportal.lib.words import day

FONT: Final = "Hanken"
FONTS: Final = {"": "hanken-grotesk-regular.ttf", "B": "hanken-grotesk-bold.ttf"}
GREY: Final = 90
RULE: Final = 187
MARGIN: Final = 16.0  # millimetres
WIDTHS: Final = (84, 30, 22, 20, 22)


class _Sheet(FPDF):
    """A4 with the number of each page at its foot."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(format="A4")
        self._number = statement.number
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        for style, name in FONTS.items():
            self.add_font(FONT, style, settings.BASE_DIR / "static/fonts" / name)
        self.set_draw_color(RULE)
        self.set_title(f"Statement {statement.number} for {statement.department}")
        self.set_lang("en-GB")
        self.set_creator("SMS Portal")
        made_at = dt.datetime.combine(statement.made_on, dt.time(), dt.UTC)
        self.set_creation_date(made_at)

    def footer(self) -> None:
        self.set_y(-14)
        self.small()
        self.cell(0, 5, f"Statement {self._number}, page {self.page_no()} of {{nb}}")

    def small(self) -> None:
        self.set_font(FONT, size=8.5)
        self.set_text_color(GREY)

    def normal(self, style: str = "", size: float = 10) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(0)

    def pair(self, words: str, value: str, *, is_strong: bool = False) -> None:
        """A line with words on the left and a value on the right."""
        self.normal("B" if is_strong else "", 11 if is_strong else 10)
        self.cell(130, 7, words)
        self.cell(0, 7, value, align="R", new_x="LMARGIN", new_y="NEXT")


def statement_pdf(statement: Statement) -> bytes:
    sheet = _Sheet(statement)
    sheet.add_page()
    _head(sheet, statement)
    _lines(sheet, statement)
    _sums(sheet, statement)
    return bytes(sheet.output())


def _head(sheet: _Sheet, statement: Statement) -> None:
    sheet.normal("B", 13)
    sheet.cell(90, 7, "SMS Portal")
    _fact(sheet, "Statement", statement.number)
    sheet.normal()
    top = sheet.get_y()
    sheet.multi_cell(86, 6, statement.department, new_x="LMARGIN", new_y="NEXT")
    below = sheet.get_y()
    sheet.set_y(top)
    for words, value in (
        ("Period", statement.period.words),
        ("Made", day(statement.made_on)),
    ):
        sheet.set_x(MARGIN + 90)
        _fact(sheet, words, value)
    sheet.set_y(max(below, sheet.get_y()) + 4)
    if statement.is_demonstration:
        sheet.normal("B")
        sheet.cell(0, 7, "Demonstration: no real money", new_x="LMARGIN", new_y="NEXT")


def _fact(sheet: _Sheet, words: str, value: str) -> None:
    sheet.small()
    sheet.cell(22, 6, words)
    sheet.normal(size=9.5)
    sheet.cell(0, 6, value, align="R", new_x="LMARGIN", new_y="NEXT")


def _lines(sheet: _Sheet, statement: Statement) -> None:
    sheet.normal(size=9.5)
    with sheet.table(
        borders_layout="HORIZONTAL_LINES",
        col_widths=WIDTHS,
        text_align=("LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT"),
        line_height=5,
        padding=1.2,
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        table.row(("What", "Cost code", "Number", "Price", "Amount"))
        for line in statement.lines:
            table.row(_shown(line))
        bold = FontFace(emphasis="BOLD")
        table.row(("Total, net of VAT", "", "", "", pounds(statement.total_pence)), style=bold)


def _shown(line: StatementLine) -> tuple[str, ...]:
    words = f"{line.words}\n{line.detail}"
    return (words, line.code, f"{line.quantity:,}", line.price, pounds(line.pence))


def _sums(sheet: _Sheet, statement: Statement) -> None:
    sheet.ln(4)
    for code, pence in statement.codes:
        sheet.pair(f"To be charged to {code}", pounds(pence), is_strong=True)
    sheet.ln(3)
    sheet.small()
    sheet.multi_cell(0, 4.6, statement.narrative, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(2)
    sheet.multi_cell(0, 4.6, statement.control, new_x="LMARGIN", new_y="NEXT")
