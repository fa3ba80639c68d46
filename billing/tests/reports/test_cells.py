"""Lines are rounded once, and cut so that whatever is made of the pieces adds up."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.reports.cells import KEYWORD, TEXTS, Line, Piece, cut, total
from billing.tariffs.money import shares, to_pence

AUGUST = dt.date(2025, 8, 1)
MONTHS = [dt.date(2025, month, 1) for month in (8, 9, 10, 11)]


def piece(
    tenths: int, *, month: dt.date = AUGUST, person: int | None = 1, source="portal"
) -> Piece:
    return Piece(month, person, source, tenths // 35, tenths // 35, tenths)


@pytest.mark.parametrize(
    ("pieces", "pence"),
    [
        ([], []),
        ([35], [4]),
        ([35, 35], [4, 3]),
        ([35, 35, 35], [4, 3, 4]),
        ([0, 35], [0, 4]),
        ([4, 4, 4], [0, 1, 0]),
    ],
)
def test_pieces_of_a_line_are_whole_pence(pieces, pence):
    assert shares(pieces) == pence


@given(st.lists(st.integers(0, 10_000)))
def test_pieces_add_up_to_their_line_and_to_every_line_that_ended_sooner(pieces):
    pence = shares(pieces)

    for end in range(len(pieces) + 1):
        assert sum(pence[:end]) == to_pence(sum(pieces[:end]))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(1, 3), st.sampled_from(["portal", "email"]),
            st.integers(0, 99),
        )
    )
)  # fmt: skip
def test_a_finer_cut_has_the_users_of_a_coarser_one(used):
    line = Line(TEXTS, 1, "cost_centre", "PH0123", 35)
    fine = [piece(n * 35, month=MONTHS[m], person=p) for m, p, _, n in used]
    coarse = [
        piece(sum(each.tenths for each in fine if each.person_id == person), person=person)
        for person in (1, 2, 3)
    ]

    for person in (1, 2, 3):
        of_one = [cell.pence for cell in cut(line, fine) if cell.person_id == person]
        assert sum(of_one) == sum(c.pence for c in cut(line, coarse) if c.person_id == person)


def test_a_row_says_what_its_cells_are():
    texts = cut(Line(TEXTS, 1, "cost_centre", "PH0123", 35), [piece(350), piece(35)])
    keyword = cut(
        Line(KEYWORD, 1, "cost_centre", "PH0123", 5000, "JOBS", AUGUST),
        [Piece(month, None, KEYWORD, 1, 0, 5000) for month in MONTHS],
    )

    figures = total(texts + keyword)

    assert (figures.part_count, figures.texts_pence) == (11, 39)
    assert (figures.keyword_month_count, figures.fees_pence) == (4, 2000)
    assert (figures.total_pence, figures.number_month_count) == (2039, 0)
