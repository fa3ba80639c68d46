"""Makes billing-example.xlsx: the year 2025 to 2026 of five departments, worked out by hand.

python docs/billing_example.py

Every amount in it is a formula over the cells of the tariff; the value beside each formula was
added up by hand. A test reads both, has the portal charge the same five departments, and compares.
"""

from pathlib import Path
from typing import Any

import xlsxwriter

FILE = Path(__file__).with_name("billing-example.xlsx")

TARIFF = (  # what, value
    ("Text part until 31 December 2025, in pence", 3.5),
    ("Text part from 1 January 2026, in pence", 3.7),
    ("Keyword a month, in pence", 500),
    ("Number a month and user, in pence", 1000),
    ("Inbound text from 1 January 2026, in pence", 1.2),
    ("Minimum of a year, in pounds", 10),
    ("Extra is charged over so many per cent", 10),
    ("and over so many pounds", 5),
)
FIRST, SECOND, KEYWORD, NUMBER, INBOUND, MINIMUM, PERCENT, POUNDS = (
    f"Tariff!$B${row}" for row in range(2, 10)
)

LINES = (  # department, code, kind, what, number, its price, pounds by hand
    ("Careers Service", "CR0340", "texts", "Texts, August to December", 12_480, FIRST, 436.80),
    ("Careers Service", "CR0340", "keyword", "Keyword JOBS, 12 months", 12, KEYWORD, 60.00),
    ("Careers Service", "CR0340", "number", "2 numbers, 12 months each", 24, NUMBER, 240.00),
    ("Department of Physics", "PH0119", "texts", "Texts, August to December", 1_001, FIRST, 35.04),
    ("Department of Physics", "PH0123", "texts", "Texts, January to July", 2_003, SECOND, 74.11),
    ("Department of Physics", "PH0119", "keyword", "Keyword OPENDAY, 5 months", 5, KEYWORD, 25.00),
    ("Department of Physics", "PH0123", "keyword", "Keyword OPENDAY, 7 months", 7, KEYWORD, 35.00),
    ("Department of Physics", "PH0123", "incoming", "Inbound texts", 7, INBOUND, 0.08),
    ("University Library", "LB0210", "texts", "Texts, August to December", 10_010, FIRST, 350.35),
    ("University Library", "LB0210", "texts", "Texts, January to July", 9_469, SECOND, 350.35),
    ("University Library", "LB0210", "keyword", "Keyword BOOKS, 12 months", 12, KEYWORD, 60.00),
    ("Sports Centre", "SP0610", "texts", "Texts, August to December", 190, FIRST, 6.65),
    ("Sleep Trial", "PT-20931-4", "texts", "Texts, January to July", 1_000, SECOND, 37.00),
    ("Sleep Trial", "PT-20931-4", "number", "1 number, February to July", 6, NUMBER, 60.00),
)

# Prepaid, goes on next year; by hand: used, actual, over, charged, next year.
DEPARTMENTS = (
    ("Careers Service", 600.00, "yes", (736.80, 736.80, 136.80, 136.80, 736.80)),
    ("Department of Physics", 160.00, "yes", (169.23, 169.23, 9.23, 0.00, 169.23)),
    ("University Library", 780.00, "no", (760.70, 760.70, -19.30, 0.00, 0.00)),
    ("Sports Centre", 10.00, "yes", (6.65, 10.00, 0.00, 0.00, 10.00)),
    ("Sleep Trial", 10.00, "yes", (97.00, 97.00, 87.00, 87.00, 97.00)),
)
TOTALS = (1_560.00, None, 1_770.38, 1_773.73, 213.73, 223.80, 1_013.03)


def make(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "pounds": book.add_format({"num_format": "#,##0.00"}),
            "total": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        }
        _tariff(book, formats)
        _lines(book, formats)
        _departments(book, formats)


def _sheet(book: Any, formats: dict, name: str, heads: tuple[str, ...]) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 44 if name == "Tariff" else 24)
    sheet.set_column(1, len(heads), 15)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, heads, formats["head"])
    return sheet


def _tariff(book: Any, formats: dict) -> None:
    sheet = _sheet(book, formats, "Tariff", ("What", "Price"))
    for row, line in enumerate(TARIFF, start=1):
        sheet.write_row(row, 0, line)


def _lines(book: Any, formats: dict) -> None:
    heads = ("Department", "Code", "Kind", "What", "Number", "Price in pence", "Amount in pounds")
    sheet = _sheet(book, formats, "Lines", heads)
    sheet.set_column(3, 3, 28)
    for row, (*words, number, price, pounds) in enumerate(LINES, start=1):
        at = row + 1
        sheet.write_row(row, 0, (*words, number))
        sheet.write_formula(row, 5, f"={price}", None, dict(_prices())[price])
        sheet.write_formula(row, 6, f"=ROUND(E{at}*F{at},0)/100", formats["pounds"], pounds)


def _prices() -> list[tuple[str, float]]:
    cells = (FIRST, SECOND, KEYWORD, NUMBER, INBOUND, MINIMUM, PERCENT, POUNDS)
    return [(cell, value) for cell, (_, value) in zip(cells, TARIFF, strict=True)]


def _departments(book: Any, formats: dict) -> None:
    heads = ("Department", "Prepaid", "Goes on next year", "Used", "Actual", "Over", "Charged",
             "Next year")  # fmt: skip
    sheet = _sheet(book, formats, "Departments", heads)
    last = len(LINES) + 1
    for row, (name, prepaid, goes_on, by_hand) in enumerate(DEPARTMENTS, start=1):
        at = row + 1
        used = f"=ROUND(SUMIF(Lines!$A$2:$A${last},A{at},Lines!$G$2:$G${last}),2)"
        is_over = f"AND(F{at}>{POUNDS},ROUND(F{at}*100,0)>{PERCENT}*B{at})"
        formulas = (
            used,
            f"=MAX(D{at},{MINIMUM})",
            f"=ROUND(E{at}-B{at},2)",
            f"=IF({is_over},F{at},0)",
            f'=IF(C{at}="yes",E{at},0)',
        )
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, prepaid, formats["pounds"])
        sheet.write_string(row, 2, goes_on)
        for column, (formula, value) in enumerate(zip(formulas, by_hand, strict=True), start=3):
            sheet.write_formula(row, column, formula, formats["pounds"], value)
    _totals(sheet, formats)


def _totals(sheet: Any, formats: dict) -> None:
    row = len(DEPARTMENTS) + 1
    sheet.write_string(row, 0, "Total", formats["head"])
    for column, value in enumerate(TOTALS, start=1):
        if value is not None:
            letter = "ABCDEFGH"[column]
            formula = f"=ROUND(SUM({letter}2:{letter}{row}),2)"
            sheet.write_formula(row, column, formula, formats["total"], value)


if __name__ == "__main__":
    make(FILE)
