"""The database gives texts the paths that plan.py says, and carriers claim them by it."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.make import make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.routes import queries as routes
from messaging.routes.models import Route
from messaging.routes.plan import ANY, NOBODY, SANDBOX
from messaging.sending.engine import claims, release, router, sweeps
from messaging.sending.models import Batch, Message
from messaging.tests.make import NOW, make_basket, make_batch, make_queued, make_simulator

pytestmark = pytest.mark.django_db

TOMORROW = dt.datetime(2026, 5, 13, 10)  # as typed, London
NUMBERS = [
    "+447700900001",
    "+447700900999",
    "+447700899999",
    "+447400000001",
    "+447500000001",
    "+447624000001",
    "+447797000001",
    "+353870000001",
]
DESTINATIONS = ["", "+44", "+447", "+4477", "+447700900", "+447700900001", "+447624", "+353"]
SENDERS = [("any", ""), ("alpha", ""), ("number", ""), ("alpha", "PHYSICS"), ("number", "+4474")]


def make_carrier(name, *, health=True, **fields):
    carrier = Carrier.objects.create(name=name, kind="smpp", **fields)
    if health:
        CarrierHealth.objects.create(carrier=carrier, at=NOW, is_ready=True)
    return carrier


def make_route(carrier, destination="", **fields):
    return Route.objects.create(carrier=carrier, destination=destination, **fields)


def goes_down(carrier, *, since=NOW - dt.timedelta(minutes=1)):
    CarrierHealth.objects.filter(carrier=carrier).update(is_ready=False, down_since=since)


def take(carrier, **more):
    texts = claims.take(carrier, 50, now=NOW, **more)
    return sorted(text.number for text in texts)


ROUTES = st.lists(
    st.tuples(
        st.sampled_from(DESTINATIONS),
        st.sampled_from(SENDERS),
        st.integers(0, 3),  # which carrier
        st.integers(1, 3),  # place
        st.integers(1, 5),  # weight
        st.sampled_from([True, True, True, False]),
    ),
    max_size=8,
    unique_by=lambda route: route[:3],
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROUTES,
    off=st.sets(st.integers(0, 3)),
    sender=st.sampled_from([("alpha", "PHYSICS"), ("alpha", "CHEMISTRY"), ("number", "+4474")]),
)
def test_the_database_and_the_rule_agree_about_every_text(rows, off, sender):
    Message.objects.all().delete()
    Batch.objects.all().delete()
    Route.objects.all().delete()
    CarrierHealth.objects.all().delete()
    Carrier.objects.all().delete()
    carriers = [make_carrier(f"c{n}", is_sandbox=n == 3, is_enabled=n not in off) for n in range(4)]
    for destination, (kind, name), which, place, weight, is_enabled in rows:
        make_route(
            carriers[which],
            destination,
            sender_kind=kind,
            sender=name,
            place=place,
            weight=weight,
            is_enabled=is_enabled,
        )
    kind, name = sender
    texts = make_queued(make_user(), NUMBERS * 6, sender_kind=kind, sender=name, path="9")
    plan = routes.plan(now=NOW)

    router.reroute(now=NOW)

    told = dict(Message.objects.values_list("pk", "path"))
    assert told == {
        text.pk: plan.path_of(
            text.number,
            sender_kind=kind,
            sender=name,
            batch_id=text.batch_id,
            row_no=text.row_no,
        )
        for text in texts
    }
    known = {way for each in carriers for way in plan._known(each.pk)} | {NOBODY}
    assert set(told.values()) <= known


@pytest.mark.parametrize("body", ["Hello", "Hello ((name))"])
def test_a_message_is_expanded_onto_its_paths_whether_its_words_differ_or_not(body):
    user = make_user()
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    make_route(tallis, "+44", weight=2)
    make_route(northwire, "+44", weight=1)
    basket = make_basket(user, 950)

    batch = make_batch(user, basket=basket, body=body)

    plan = routes.plan(now=NOW)
    texts = list(batch.messages.all())
    facts = {"sender_kind": batch.sender_kind, "sender": batch.sender, "batch_id": batch.pk}
    assert [text.path for text in texts] == [
        plan.path_of(text.number, row_no=text.row_no, **facts) for text in texts
    ]
    assert len({text.path for text in texts}) == 2


def test_a_carrier_claims_what_its_routes_give_it():
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    make_route(tallis, "+44")
    make_route(northwire, "+447624")
    make_queued(make_user(), ["+447400000001", "+447624000001", "+353870000001"])

    assert take(tallis) == ["+447400000001"]
    assert take(northwire) == ["+447624000001"]
    assert Message.objects.get(state="queued").path == NOBODY


def test_the_next_carrier_takes_what_waits_for_one_that_is_down():
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    make_route(tallis, place=1)
    make_route(northwire, place=2)
    make_queued(make_user(), ["+447400000001"])

    goes_down(tallis, since=NOW - dt.timedelta(seconds=20))
    assert take(northwire) == []
    goes_down(tallis)
    assert take(northwire) == ["+447400000001"]


@pytest.mark.parametrize(
    "gone",
    [
        lambda carrier: Carrier.objects.filter(pk=carrier.pk).update(paused_at=NOW),
        lambda carrier: CarrierHealth.objects.filter(carrier=carrier).delete(),
        lambda carrier: CarrierHealth.objects.update(at=NOW - dt.timedelta(minutes=2)),
    ],
    ids=["paused", "never started", "silent"],
)
def test_the_next_carrier_takes_what_waits_for_one_that_is_not_at_work(gone):
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    make_route(tallis, place=1)
    make_route(northwire, place=2)
    make_queued(make_user(), ["+447400000001"])

    gone(tallis)

    assert take(northwire) == ["+447400000001"]


def test_a_text_that_may_have_been_sent_waits_for_the_carrier_that_had_it():
    tallis, northwire = make_carrier("tallis"), make_carrier("northwire")
    make_route(tallis, place=1)
    make_route(northwire, place=2)
    make_queued(make_user(), ["+447400000001"], maybe_sent=True, carrier=tallis)
    goes_down(tallis)

    assert take(northwire) == []
    assert take(tallis) == ["+447400000001"]


def test_waiting_texts_take_the_routes_as_they_are_now():
    user, tallis, northwire = make_user(), make_carrier("tallis"), make_carrier("northwire")
    make_queued(user, ["+447400000001", "+447624000001"])
    later = make_batch(user, send_wall=TOMORROW, people=2)
    doubted = make_queued(user, ["+447624000002"], maybe_sent=True, carrier=tallis)[0]
    assert set(later.messages.values_list("path", flat=True)) == {SANDBOX}

    make_route(tallis, "+44")
    manx = make_route(northwire, "+447624")
    sweeps.sweep(now=NOW)

    ways = dict(Message.objects.exclude(pk=doubted.pk).values_list("number", "path"))
    assert ways["+447400000001"] == str(tallis.pk)
    assert ways["+447624000001"] == str(northwire.pk)
    assert Message.objects.get(pk=doubted.pk).path == ANY

    manx.delete()
    sweeps.sweep(now=NOW)

    assert Message.objects.get(number="+447624000001").path == str(tallis.pk)


def test_one_that_got_in_line_while_the_routes_changed_is_found_too():
    tallis = make_carrier("tallis")
    make_route(tallis, "+44")
    router.reroute(now=NOW)
    text = make_queued(make_user(), ["+447400000001"], path=ANY)[0]

    assert router.reroute(now=NOW + dt.timedelta(seconds=30)) == 1
    assert Message.objects.get(pk=text.pk).path == str(tallis.pk)
    assert router.reroute(now=NOW + dt.timedelta(seconds=30)) == 0


def test_routes_that_are_what_they_were_cost_a_sweep_no_look_at_the_texts(
    django_assert_num_queries,
):
    make_route(make_carrier("tallis"), "+44")
    router.reroute(now=NOW)

    with django_assert_num_queries(3):
        router.reroute(now=NOW + dt.timedelta(minutes=3))


@pytest.mark.postgresql
def test_a_claim_walks_only_what_it_takes_whatever_waits_for_another_carrier():
    user = make_user()
    tallis, northwire = make_carrier("tallis", window=500), make_carrier("northwire", window=500)
    make_route(tallis, "+44")
    make_route(northwire, "+447624")
    make_queued(user, [f"+4474{n:08}" for n in range(20_000)] + ["+447624000001"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
    ready = claims._ready(northwire, routes.plan(now=NOW), NOW)
    mine = ready.filter(batch=Batch.objects.get(), path=str(northwire.pk))[:500]

    told = mine.explain(analyze=True)

    assert "message_outbox" in told
    assert "Rows Removed by Filter" not in told
    assert take(northwire) == ["+447624000001"]


def test_the_simulator_keeps_its_own_beside_a_real_carrier_that_has_routes():
    simulator, tallis = make_simulator(), make_carrier("tallis")
    make_route(tallis, "")
    make_queued(make_user(), ["+447700900001", "+447400000001"])

    assert take(tallis) == ["+447400000001"]
    assert take(simulator) == ["+447700900001"]


def test_what_is_released_later_is_claimed_by_its_route():
    tallis, user = make_simulator(), make_user()
    make_route(tallis, "")
    make_batch(user, people=2, send_wall=TOMORROW)
    later = NOW + dt.timedelta(days=1)

    release.release_due(now=later)

    assert len(claims.take(tallis, 50, now=later)) == 2


REAL, SANDBOXED = {"is_sandbox": False}, {"is_sandbox": True}
OFF = {"is_enabled": False}


@pytest.mark.parametrize(
    ("carriers", "practice", "real"),
    [
        ({}, set(), set()),
        ({"real": REAL}, set(), {"real"}),
        ({"sandbox": SANDBOXED}, {"sandbox"}, {"sandbox"}),
        ({"sandbox": SANDBOXED, "real": REAL}, {"sandbox"}, {"real"}),
        ({"sandbox": SANDBOXED, "real": {**REAL, **OFF}}, {"sandbox"}, {"sandbox"}),
        ({"sandbox": {**SANDBOXED, **OFF}, "real": REAL}, set(), {"real"}),
        ({"one": REAL, "two": REAL}, set(), {"one", "two"}),
    ],
)
def test_without_routes_each_text_has_the_carriers_that_it_always_had(carriers, practice, real):
    rows = [make_carrier(name, **fields) for name, fields in carriers.items()]
    user = make_user()
    make_queued(user, ["+447700900001"])
    make_queued(user, ["+447400000001"])
    plan = routes.plan(now=NOW)

    def takers(number):
        return {
            row.name
            for row in rows
            if router.for_carrier(row, plan)
            .filter(number=number, path__in=plan.paths_taken_by(row.pk))
            .exists()
        }

    assert takers("+447700900001") == practice
    assert takers("+447400000001") == real
