"""The activity page: who sees which lines, how they are found, and how fast."""

import csv
import datetime as dt
import io
import time

import pytest
from django.db import connection
from django.urls import reverse

from accounts.activity import queries
from accounts.activity.queries import Asked
from accounts.audit.models import AuditEvent
from accounts.audit.services import record
from accounts.tests.make import (
    make_admin,
    make_department,
    make_finance,
    make_operator,
    make_user,
)
from smsportal.lib import request_context

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
LIST = reverse("activity:list")


def line(words="Did something.", *, by=None, verb="users.changed", at=NOW, **fields):
    return record(by=by or make_operator(), verb=verb, words=words, now=at, **fields)


def found(person, **asked):
    return [event.words for event in queries.events(person, Asked(**asked))]


def test_the_messaging_team_sees_everything_and_an_admin_the_own_department():
    physics, careers = make_department(), make_department()
    admin = make_admin(physics)
    line("About physics.", department_id=physics.pk)
    line("By physics.", by=make_user(physics))
    line("About careers.", department_id=careers.pk)
    line("About nobody.")

    assert sorted(found(admin)) == ["About physics.", "By physics."]
    assert len(found(make_operator())) == 4
    assert found(make_user(physics)) == found(make_finance()) == []


def test_a_department_asked_for_in_the_address_opens_nothing(client):
    physics, careers = make_department(), make_department()
    line("About careers.", department_id=careers.pk)
    line("About physics.", department_id=physics.pk)
    client.force_login(make_admin(physics))

    for address in (LIST, reverse("activity:csv")):
        response = client.get(address, {"department": str(careers.uid)})
        shown = b"".join(response) if response.streaming else response.content
        assert b"About careers." not in shown
        assert b"About physics." in shown


@pytest.mark.parametrize("make", [make_user, make_finance])
def test_who_may_not_see_activity_gets_the_403_page(client, make):
    client.force_login(make())
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("activity:csv")).status_code == 403


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"words": "froze"}, ["Froze sending for Physics."]),
        ({"words": "physics SENDING"}, ["Froze sending for Physics."]),
        ({"words": "khan"}, ["Sent a message."]),
        ({"who": "phys0423"}, ["Sent a message."]),
        ({"who": "amira khan"}, ["Sent a message."]),
        ({"what": "sending"}, ["Sent a message."]),
        ({"what": "departments"}, ["Froze sending for Physics."]),
        ({"what": "sign_in"}, []),
        ({"from_on": dt.date(2026, 5, 12)}, ["Sent a message."]),
        ({"to_on": dt.date(2026, 5, 11)}, ["Froze sending for Physics."]),
        ({"from_on": dt.date(2026, 5, 11), "to_on": dt.date(2026, 5, 11)}, ["Froze sending for "]),
        ({"words": "50%"}, []),
    ],
)
def test_lines_are_found_by_words_who_what_and_days_in_london(asked, shown):
    amira = make_user(name="Amira Khan", username="phys0423")
    # 11:30pm on 11 May in London; the other is half an hour after midnight.
    before = dt.datetime(2026, 5, 11, 22, 30, tzinfo=dt.UTC)
    line("Froze sending for Physics.", verb="departments.frozen", at=before)
    line("Sent a message.", verb="batches.sent", by=amira, at=before + dt.timedelta(hours=1))

    assert [words[:18] for words in found(make_operator(), **asked)] == [s[:18] for s in shown]


def test_lines_are_found_by_the_object_and_by_the_department():
    physics = make_department("Physics")
    line("About physics.", on=physics, department_id=physics.pk)
    line("By physics.", by=make_user(physics))
    line("Something else.")
    operator = make_operator()

    assert found(operator, object_id=str(physics.uid)) == ["About physics."]
    assert found(operator, department_id=physics.pk) == ["By physics.", "About physics."]


# ---------------------------------------------------------------- pages


def many(count, at=NOW):
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=at + dt.timedelta(seconds=n // 3),  # three share a moment
                actor_name="Amira Khan (phys0423)",
                actor_role="user",
                verb="batches.sent",
                words=f"Line {n}.",
            )
            for n in range(count)
        ],
        batch_size=1000,
    )


def test_pages_lead_to_the_end_and_back_without_a_gap_or_a_repeat():
    many(queries.PAGE_SIZE * 2 + 20)
    events = queries.events(make_operator(), Asked())
    everything = [event.words for event in events]

    page, pages = queries.page(events), []
    assert page.newer is None
    while True:
        pages.append(page)
        if page.older is None:
            break
        page = queries.page(events, before=page.older)

    assert [e.words for page in pages for e in page.events] == everything
    back = queries.page(events, after=pages[2].newer)
    assert [e.words for e in back.events] == [e.words for e in pages[1].events]
    first = queries.page(events, after=back.newer)
    assert [e.words for e in first.events] == [e.words for e in pages[0].events]
    assert first.newer is None


def test_a_new_line_shifts_no_page():
    many(queries.PAGE_SIZE + 5)
    events = queries.events(make_operator(), Asked())
    first = queries.page(events)

    line("Something new.", at=NOW + dt.timedelta(days=1))

    assert [e.words for e in queries.page(events, before=first.older).events] == [
        f"Line {n}." for n in reversed(range(5))
    ]


def test_the_page_keeps_its_filters_when_it_is_turned(client):
    many(queries.PAGE_SIZE + 1)
    client.force_login(make_operator())

    page = client.get(LIST, {"who": "amira", "q": "line"})
    older = client.get(LIST + page.context["older"])

    assert [event.words for event in older.context["page"].events] == ["Line 0."]
    assert older.context["newer"].startswith("?who=amira&q=line&after=")


@pytest.mark.parametrize(
    "query", ["before=x", "after=x", "object=", "from_on=", "what=", "before=" + "0" * 32]
)
def test_an_address_that_somebody_damaged_shows_the_newest_lines(client, query):
    line("A line.")
    client.force_login(make_operator())
    assert b"A line." in client.get(f"{LIST}?{query}").content


def test_days_the_wrong_way_round_are_said(client):
    client.force_login(make_operator())
    response = client.get(LIST, {"from_on": "2026-05-12", "to_on": "2026-05-11"})
    assert response.status_code == 422
    assert b"Choose a day that is not before the first one." in response.content


def test_a_line_that_begins_with_who_does_not_say_it_twice(client):
    admin = make_admin(make_department())
    line(f"{admin.audit_name} signed in.", by=admin)
    line("Added Megan Lloyd (phys0451) as user.", by=admin)
    client.force_login(admin)
    page = client.get(LIST).content.decode()
    assert "</span><bdi>Signed in.</bdi></td>" in page
    assert "</span><bdi>Added Megan Lloyd (phys0451) as user.</bdi></td>" in page


def test_a_line_is_shown_as_written_and_not_as_markup(client):
    line("Renamed <b>x</b>.")
    client.force_login(make_operator())
    assert b"Renamed &lt;b&gt;x&lt;/b&gt;." in client.get(LIST).content


def test_the_list_is_taken_away_as_a_table_that_runs_nothing(client):
    request_context.begin(request_id="RK6Q-BZWR", ip="10.31.7.102")
    line("=HYPERLINK(1)", by=make_operator(name="Tomasz Zielinski", username="msgt0031"))
    line("Other.", verb="batches.sent")
    client.force_login(make_operator())

    response = client.get(reverse("activity:csv"), {"what": "accounts"})

    text = b"".join(response).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        list(queries.COLUMNS),
        [
            "2026-05-12 10:00:00",
            "Tomasz Zielinski",
            "msgt0031",
            "messaging team",
            "'=HYPERLINK(1)",
            "",
            "10.31.7.102",
            "RK6Q-BZWR",
        ],
    ]


def test_the_last_page_of_many_lines_is_as_fast_as_the_first(client):
    many(30_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    events = queries.events(make_operator(), Asked())
    deep = AuditEvent.objects.get(words="Line 30.")

    seconds = []
    for _ in range(3):  # the quickest counts: a busy machine only ever adds
        began = time.monotonic()
        page = queries.page(events, before=deep.uid)
        seconds.append(time.monotonic() - began)

    assert [e.words for e in page.events] == [f"Line {n}." for n in reversed(range(30))]
    assert min(seconds) < 0.2
