"""Twelve texts, and the carrier each of them should take."""

from collections import Counter

import pytest

from messaging.routes.plan import ANY, NOBODY, SANDBOX, Choice, Line, Plan, rest_after

TALLIS, NORTHWIRE, ISLANDS, SIMULATOR = 1, 2, 3, 4
LINES = (
    Line(TALLIS, "tallis"),
    Line(NORTHWIRE, "northwire"),
    Line(ISLANDS, "islands"),
    Line(SIMULATOR, "simulator", is_sandbox=True),
)
RENTED = "+447400000999"
PLAN = Plan(
    (
        Choice("+44", "any", "", TALLIS, place=1),
        Choice("+44", "any", "", NORTHWIRE, place=2),
        Choice("+44", "number", "", NORTHWIRE),
        Choice("+447624", "any", "", ISLANDS, place=1),
        Choice("+447624", "any", "", TALLIS, place=2),
        Choice("+447797", "alpha", "", ISLANDS),
        Choice("", "number", RENTED, NORTHWIRE),
        Choice("+4474", "alpha", "PHYSICS", NORTHWIRE),
    ),
    LINES,
)
PHYSICS, CHEMISTRY = ("alpha", "PHYSICS"), ("alpha", "CHEMISTRY")
OTHER_NUMBER, RENTED_NUMBER = ("number", "+447400000111"), ("number", RENTED)
MOBILE, MANX, JERSEY = "+447500000001", "+447624000001", "+447797000001"

TWELVE = [
    # to, from, the carriers: the first choice, then the next
    (MOBILE, CHEMISTRY, [TALLIS, NORTHWIRE]),
    (MOBILE, OTHER_NUMBER, [NORTHWIRE]),
    (MOBILE, RENTED_NUMBER, [NORTHWIRE]),
    ("+447400000001", CHEMISTRY, [TALLIS, NORTHWIRE]),
    ("+447400000001", PHYSICS, [NORTHWIRE]),
    (MOBILE, PHYSICS, [TALLIS, NORTHWIRE]),
    (MANX, CHEMISTRY, [ISLANDS, TALLIS]),
    (MANX, RENTED_NUMBER, [NORTHWIRE]),
    (JERSEY, CHEMISTRY, [ISLANDS]),
    (JERSEY, OTHER_NUMBER, [NORTHWIRE]),
    ("+353870000001", CHEMISTRY, NOBODY),
    ("+447700900123", CHEMISTRY, SANDBOX),
]


def path(plan, number, sender=CHEMISTRY, batch_id=1, row_no=0):
    kind, name = sender
    return plan.path_of(number, sender_kind=kind, sender=name, batch_id=batch_id, row_no=row_no)


@pytest.mark.parametrize(("number", "sender", "expected"), TWELVE)
def test_the_carrier_that_each_of_twelve_texts_takes(number, sender, expected):
    wanted = expected if isinstance(expected, str) else ">".join(map(str, expected))

    assert path(PLAN, number, sender) == wanted


def test_without_routes_every_carrier_takes_everything_that_it_may():
    plan = Plan((), LINES)

    assert path(plan, MOBILE) == ANY
    assert path(plan, "+447700900123") == SANDBOX
    assert [pk for pk in range(1, 5) if plan.takes(pk, ANY)] == [TALLIS, NORTHWIRE, ISLANDS]
    assert [pk for pk in range(1, 5) if plan.takes(pk, SANDBOX)] == [SIMULATOR]


def test_texts_are_shared_by_weight_and_each_stays_where_it_is():
    shared = (
        Choice("", "any", "", TALLIS, weight=70),
        Choice("", "any", "", NORTHWIRE, weight=30),
        Choice("", "any", "", ISLANDS, place=2),
    )
    plan = Plan(shared, LINES)

    paths = [path(plan, MOBILE, batch_id=5, row_no=row) for row in range(1000)]

    assert Counter(paths) == {"1>2>3": 700, "2>1>3": 300}
    assert paths == [path(plan, MOBILE, batch_id=5, row_no=row) for row in range(1000)]
    singles = Counter(path(plan, MOBILE, batch_id=batch) for batch in range(1000))
    assert singles == {"1>2>3": 700, "2>1>3": 300}


def test_the_routes_of_the_demonstration_lead_practice_numbers_to_its_own_networks():
    lines = (Line(1, "one", is_sandbox=True), Line(2, "two", is_sandbox=True))
    plan = Plan((Choice("+447700900", "any", "", 2), Choice("", "any", "", 1)), lines)

    assert path(plan, "+447700900123") == "2"
    assert path(plan, MOBILE) == "1"


def test_a_real_text_is_never_played_while_there_is_a_real_carrier():
    plan = Plan((Choice("", "any", "", SIMULATOR),), LINES)

    assert path(plan, MOBILE) == NOBODY
    assert path(plan, "+447700900123") == str(SIMULATOR)


def test_a_carrier_that_is_switched_off_leaves_its_place_to_the_next():
    off = (Line(TALLIS, "tallis", is_enabled=False), *LINES[1:])
    plan = Plan(PLAN.choices, off)

    assert path(plan, MOBILE) == str(NORTHWIRE)
    assert path(plan, MANX) == str(ISLANDS)


def test_texts_whose_only_carrier_is_switched_off_wait_and_take_no_wider_route():
    off = (*LINES[:2], Line(ISLANDS, "islands", is_enabled=False), LINES[3])

    assert path(Plan(PLAN.choices, off), JERSEY) == NOBODY


def out(*pks):
    return tuple(Line(line.pk, line.name, line.is_sandbox, True, line.pk in pks) for line in LINES)


def test_the_next_takes_what_the_first_cannot_and_only_then():
    well, down, all_down = (Plan(PLAN.choices, out(*pks)) for pks in ((), (1,), (1, 2)))
    way = path(PLAN, MOBILE)

    assert [well.takes(pk, way) for pk in (TALLIS, NORTHWIRE, ISLANDS)] == [True, False, False]
    assert [down.takes(pk, way) for pk in (TALLIS, NORTHWIRE, ISLANDS)] == [True, True, False]
    # Whoever is there first: one that cannot does not ask.
    assert [all_down.takes(pk, way) for pk in (TALLIS, NORTHWIRE)] == [True, True]


def test_a_carrier_asks_only_for_the_paths_that_are_its_own_now():
    assert PLAN.paths_taken_by(TALLIS) == [ANY, "1", "1>2"]
    assert PLAN.paths_taken_by(NORTHWIRE) == [ANY, "2"]
    assert PLAN.paths_taken_by(SIMULATOR) == ["4", SANDBOX]
    assert Plan(PLAN.choices, out(ISLANDS)).paths_taken_by(TALLIS) == [ANY, "1", "1>2", "3>1"]


def test_who_was_refused_goes_on_with_the_rest_of_its_path():
    assert rest_after("1>2>3", 1) == "2>3"
    assert rest_after("1>2>3", 2) == "3"
    assert [rest_after(path, 3) for path in ("1>2>3", "1>2", ANY, SANDBOX, NOBODY)] == [""] * 5


def test_the_fingerprint_tells_what_changes_a_path_and_nothing_else():
    assert Plan((), LINES).fingerprint == Plan((), LINES[:2]).fingerprint == ""
    assert Plan(PLAN.choices[::-1], out(1)[::-1]).fingerprint == PLAN.fingerprint
    for other in (Plan(PLAN.choices[1:], LINES), Plan(PLAN.choices, LINES[1:])):
        assert other.fingerprint != PLAN.fingerprint
