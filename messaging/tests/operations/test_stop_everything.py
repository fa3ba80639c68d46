"""One switch for all sending: why, by whom, and what everybody is told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_finance, make_operator, make_user
from messaging.operations import services
from messaging.sending.engine import release
from messaging.sending.models import Batch, Halt, Message
from messaging.tests.make import NOW, make_batch
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db

PAGE = "operations:stop_everything"
BANNER = "Sending is stopped since"


def stop(by, reason="The network repeats texts.", now=NOW):
    return services.stop_everything(reason=reason, by=by, now=now)


def test_it_says_why_and_is_written_down():
    operator = make_operator(name="Tomasz Zielinski")

    stop(operator)
    services.start_again(by=operator, now=NOW)

    halt = Halt.objects.get()
    assert (halt.is_on, halt.reason) == (False, "The network repeats texts")
    assert (halt.by_name, halt.ended_by_name) == (operator.audit_name, operator.audit_name)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", "words")) == [
        ("sending.stopped", "Stopped all sending: The network repeats texts"),
        (
            "sending.started",
            "Started sending again. It had been stopped: The network repeats texts",
        ),
    ]


def test_the_second_of_two_at_once_finds_it_stopped_and_the_second_start_finds_it_started():
    first, second = make_operator(), make_operator()

    stop(first)
    stop(second, reason="Me too")
    started = [services.start_again(by=first, now=NOW) for _ in range(2)]

    assert (Halt.objects.get().reason, started) == ("The network repeats texts", [True, False])
    assert AuditEvent.objects.count() == 2


def test_without_a_reason_nothing_is_stopped():
    with pytest.raises(Refused, match="Say why"):
        stop(make_operator(), reason=" . ")

    assert Halt.objects.count() == 0


@pytest.mark.parametrize("make", [make_user, make_admin, make_finance])
def test_nobody_else_has_the_switch(make):
    with pytest.raises(PermissionDenied):
        stop(make())
    with pytest.raises(PermissionDenied):
        services.start_again(by=make(), now=NOW)


def test_the_operator_stops_and_starts_on_the_page(client):
    client.force_login(make_operator())

    client.post(reverse(PAGE), {"reason": "Every text comes twice"})
    stopped = client.get(reverse(PAGE)).text
    client.post(reverse("operations:start_again"))
    started = client.get(reverse(PAGE)).text

    assert "Start sending again" in stopped
    assert f"{BANNER} " in stopped
    assert "Stop everything?" in started
    assert BANNER not in started


@pytest.mark.parametrize("make", [make_user, make_admin, make_operator, make_finance])
def test_everybody_reads_it_on_their_pages(client, make):
    stop(make_operator(), now=timezone.now())
    client.force_login(make())

    shown = client.get(reverse("people:profile")).text

    assert f"{BANNER} " in shown
    assert "The network repeats texts.</b> Messages are kept and go when it is" in shown


def test_what_is_sent_meanwhile_is_kept_and_says_what_it_waits_for(client):
    user = make_user()
    stop(make_operator())
    batch = make_batch(user)
    release.release_due(now=NOW)
    client.force_login(user)

    shown = client.get(reverse("history:batch", args=[batch.uid])).text

    assert "Waiting: sending is stopped (The network repeats texts)" in shown
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    assert Batch.objects.get().state == "running"


def test_a_message_that_is_about_to_go_does_not_promise_seconds(client):
    user = make_user()
    stop(make_operator())
    batch = make_batch(user, now=timezone.now(), undo_seconds=600)
    client.force_login(user)

    shown = client.get(reverse("history:batch", args=[batch.uid])).text

    assert "Sending is stopped for everybody" in shown
    assert "leaves in a few seconds" not in shown
