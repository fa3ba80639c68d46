"""A statement as a page to print or to keep. Pure: the same statement is the same file."""

import datetime as dt
from typing import Final

from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import FontFace

from billing.statements.sheet import Sheet

FONT: Final = "Hanken"
FONTS: Final = {"": "hanken-grotesk-regular.ttf", "B": "hanken-grotesk-bold.ttf"}
GREY: Final = 90
RULE: Final = 187
MARGIN: Final = 16.0  # millimetres
WIDTHS: Final = (112, 22, 22, 22)


class _Paper(FPDF):
    """A4 with the number of each page at its foot."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4")
        self._number = sheet.number
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=20)
        for style, name in FONTS.items():
            self.add_font(FONT, style, settings.BASE_DIR / "static/fonts" / name)
        self.set_draw_color(RULE)
        self.set_title(sheet.title)
        self.set_lang("en-GB")
        self.set_creator("SMS Portal")
        self.set_creation_date(dt.datetime.combine(sheet.made_on, dt.time(), dt.UTC))

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
        """Words on the left, in as many lines as they need, and a value on the right."""
        self.normal("B" if is_strong else "", 11 if is_strong else 10)
        top = self.get_y()
        self.multi_cell(130, 6.5, words, new_x="LMARGIN", new_y="NEXT")
        below = self.get_y()
        self.set_xy(MARGIN + 130, top if below > top else below - 6.5)
        self.cell(0, 6.5, value, align="R")
        self.set_xy(MARGIN, below)


def sheet_pdf(sheet: Sheet) -> bytes:
    paper = _Paper(sheet)
    paper.add_page()
    _head(paper, sheet)
    _lines(paper, sheet)
    _sums(paper, sheet)
    return bytes(paper.output())


def _head(paper: _Paper, sheet: Sheet) -> None:
    paper.normal("B", 13)
    paper.cell(90, 7, "SMS Portal")
    _fact(paper, "Statement", sheet.number)
    paper.normal()
    top = paper.get_y()
    paper.multi_cell(86, 6, "\n".join(sheet.to), new_x="LMARGIN", new_y="NEXT")
    below = paper.get_y()
    paper.set_y(top)
    for words, value in sheet.facts:
        paper.set_x(MARGIN + 90)
        _fact(paper, words, value)
    paper.set_y(max(below, paper.get_y()) + 4)
    if sheet.is_demonstration:
        paper.normal("B")
        paper.cell(0, 7, "Demonstration: no real money", new_x="LMARGIN", new_y="NEXT")


def _fact(paper: _Paper, words: str, value: str) -> None:
    paper.small()
    paper.cell(22, 6, words)
    paper.normal(size=9.5)
    paper.cell(0, 6, value, align="R", new_x="LMARGIN", new_y="NEXT")


def _lines(paper: _Paper, sheet: Sheet) -> None:
    paper.normal(size=9.5)
    bold = FontFace(emphasis="BOLD")
    with paper.table(
        borders_layout="HORIZONTAL_LINES",
        col_widths=WIDTHS,
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"),
        line_height=5,
        padding=1.2,
        headings_style=bold,
    ) as table:
        table.row(("What", "Number", "Price", "Amount"))
        for line in sheet.lines:
            words = f"{line.words}\n{line.detail}" if line.detail else line.words
            table.row((words, line.number, line.price, line.amount))
        table.row((sheet.total.words, "", "", sheet.total.amount), style=bold)


def _sums(paper: _Paper, sheet: Sheet) -> None:
    paper.ln(4)
    for each in sheet.sums:
        paper.pair(each.words, each.amount, is_strong=each.is_strong)
    paper.ln(1)
    for note in sheet.notes:
        paper.ln(2)
        paper.small()
        paper.multi_cell(0, 4.6, note, new_x="LMARGIN", new_y="NEXT")
