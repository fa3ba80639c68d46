"""What a report says: the same to the penny, whatever it is grouped and narrowed by."""

import datetime as dt

import pytest

from accounts.departments.models import Department
from billing.reports.access import Reach
from billing.reports.period import Period, period
from billing.reports.queries import Asked, report
from billing.reports.queries.standing import standing
from billing.tests.make import make_sent
from billing.tests.reports.used import TODAY, YEAR, at, make_used, the_year
from billing.tests.usage.counted import counted

pytestmark = pytest.mark.django_db

EVERYBODY = Reach()
# Worked out by hand: 11 x 3.5p, 7 x 3.5p, 9 x 3.8p, a keyword from December, a number from April;
# and of Music one text and the rest of £10.
PH, PT, MU = 39 + 500, 25 + 34 + 5 * 500 + 2 * 1000, 4 + 996


@pytest.fixture
def used():
    return make_used()


def by_name(found) -> dict[str, int]:
    return {row.names[0]: row.figures.total_pence for row in found.rows}


def test_a_change_of_code_and_of_price_makes_lines_of_their_own(used):
    found = report(Asked(the_year(), "code"), EVERYBODY)

    assert [(row.names, row.figures.total_pence) for row in found.rows] == [
        (("Music", "MU0456", "Cost centre"), MU),
        (("Physics", "PH0123", "Cost centre"), PH),
        (("Physics", "PT-20931-4", "Project Task"), PT),
    ]
    assert found.total.total_pence == PH + PT + MU


@pytest.mark.parametrize("by", ["code", "department", "user", "month"])
def test_every_grouping_adds_up_to_the_same_penny(used, by):
    found = report(Asked(the_year(), by), EVERYBODY)

    assert sum(row.figures.total_pence for row in found.rows) == PH + PT + MU
    assert sum(row.figures.texts_pence for row in found.rows) == 39 + 25 + 34 + 4
    assert sum(row.figures.part_count for row in found.rows) == 28


def test_a_department_that_used_little_is_charged_the_minimum(used):
    found = report(Asked(the_year(), "department"), EVERYBODY)

    assert by_name(found) == {"Music": 1000, "Physics": PH + PT}
    assert found.total.minimum_pence == 996


def test_a_department_that_used_nothing_is_charged_the_minimum(used):
    Department.objects.filter(pk=used.music.pk).update(name="Music")
    idle = Department.objects.create(name="Idle", alpha_tag="IDLE", created_at=at(9))

    found = report(Asked(the_year(), "department"), EVERYBODY)

    assert by_name(found)[idle.name] == 1000


def test_who_was_closed_before_the_year_owes_nothing(used):
    gone = Department.objects.create(name="Gone", alpha_tag="GONE", closed_at=at(8) - 40 * DAY)
    Department.objects.filter(pk=gone.pk).update(created_at=at(8) - 400 * DAY)

    assert "Gone" not in by_name(report(Asked(the_year(), "department"), EVERYBODY))


DAY = dt.timedelta(days=1)


def test_months_that_do_not_begin_the_year_say_nothing_of_a_minimum(used):
    autumn = Period(YEAR, dt.date(2025, 10, 1), dt.date(2025, 11, 30))

    found = report(Asked(autumn, "month"), EVERYBODY)

    assert by_name(found) == {"October 2025": 18, "November 2025": 4}
    assert (found.has_minimum, found.total.minimum_pence) == (False, 0)


def test_the_chart_is_what_the_months_say(used):
    found = report(Asked(the_year(), "month"), EVERYBODY)

    charted = {f"{month.on:%B %Y}": month.total_pence for month in found.months}
    named = {name: pence for name, pence in by_name(found).items() if name in charted}
    assert named == {name: pence for name, pence in charted.items() if pence}
    assert [month.is_so_far for month in found.months] == [False] * 9 + [True]


@pytest.mark.parametrize("by", ["user", "month", "code"])
def test_a_narrower_report_is_the_row_of_the_wider_one(used, by):
    wide = by_name(report(Asked(the_year(), "user"), EVERYBODY))

    ada = report(Asked(the_year(), by, person=used.ada), EVERYBODY)

    assert ada.total.total_pence == wide["Ada Byron"]


def test_ways_of_sending_add_up_to_all_of_it(used):
    def texts(source: str) -> int:
        asked = Asked(the_year(), "code", source=source)
        return report(asked, EVERYBODY).total.texts_pence

    assert texts("portal") + texts("email") == texts("") == 102


def test_a_code_is_found_as_it_is_typed(used):
    found = report(Asked(the_year(), "department", code="pt-20931-4"), EVERYBODY)

    assert by_name(found) == {"Physics": PT}
    assert (
        report(Asked(the_year(), "code", code_kind="project_task"), EVERYBODY).total.total_pence
        == PT
    )


def test_two_departments_on_one_code_are_one_line_of_it(used):
    batch = make_sent(used.eve, at=at(4), people=3, cost_code="PH0123")
    counted(batch)

    found = report(Asked(the_year(), "code", code="PH0123"), EVERYBODY)

    assert [row.names[0] for row in found.rows] == ["Music, Physics"]
    assert found.total.texts_pence == 39 + 11


def test_a_user_sees_the_own_part_only(used):
    found = report(Asked(the_year(), "month"), Reach(used.physics.pk, used.ben.pk))

    assert found.total.part_count == 3 + 7
    assert (found.total.minimum_pence, found.total.fees_pence) == (0, 0)


def test_an_administrator_sees_the_department_only(used):
    found = report(Asked(the_year(), "user"), Reach(used.music.pk))

    assert by_name(found) == {"Eve Adams": 4, "To reach the least for the year": 996}


def test_a_year_takes_the_same_queries_however_much_it_was(used, django_assert_max_num_queries):
    for n in range(20):
        counted(make_sent(used.ada, at=at(9, 1 + n), people=2, source=f"s{n}"))

    with django_assert_max_num_queries(19):
        report(Asked(the_year(), "user"), EVERYBODY)


def test_where_somebody_stands_and_where_that_leads(used):
    now = standing(used.ada, TODAY)

    assert now.month.usage_pence == 1000
    # 17 parts of hers, as her part of the lines of her department; 2 months of a number.
    assert now.year.usage_pence == now.year.texts_pence + 2000
    assert now.forecast_pence == round(now.year.texts_pence * 365 / 285) + 4000
    assert now.year_ends_on == dt.date(2026, 7, 31)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (None, None, ("2025-08-01", "2026-05-12")),
        ("2025-10-01", "2025-12-01", ("2025-10-01", "2025-12-31")),
        ("2025-12-01", "2025-10-01", ("2025-10-01", "2025-12-31")),
        ("2026-05-01", "2026-05-01", ("2026-05-01", "2026-05-12")),
    ],
)
def test_months_are_days_of_which_none_lies_ahead(first, last, days):
    months = [dt.date.fromisoformat(month) if month else None for month in (first, last)]

    found = period(YEAR, *months, today=TODAY)

    assert (found.from_on.isoformat(), found.to_on.isoformat()) == days
