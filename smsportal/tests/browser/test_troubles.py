"""Ten things that go wrong between the portal and a phone, each with the real sender and a carrier
that somebody else wrote. The page says in plain words whether the text was sent, whether it was
charged, and what happens next.
"""

import datetime as dt
import re
import socket
from contextlib import contextmanager

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.make import make_department, make_operator, make_user
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.operations.models import Heartbeat
from messaging.sending.engine import release
from messaging.sending.engine.journal import Journal
from messaging.sending.models import Batch, Message
from messaging.sending.states import State
from messaging.sending.tasks import tally_changed
from messaging.tests.carriers.smpp.peer import Peer
from messaging.tests.make import make_basket, make_batch
from smsportal.celery import app as celery_app
from smsportal.lib import bells
from smsportal.lib.db import is_postgres
from smsportal.lib.sealing import seal
from smsportal.tests.browser.walking import press, sender_running, write
from smsportal.tests.processes import within

pytestmark = [
    pytest.mark.browser,
    pytest.mark.smpp_peer,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

NOT_SENT_YET = "It has not been sent yet. It goes by itself: you need not send it again."
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _at_any_hour(settings):
    settings.QUIET_FROM_HOUR, settings.QUIET_UNTIL_HOUR = 24, 0
    settings.SEND_UNDO_SECONDS = 1


@pytest.fixture
def user():
    return make_user(make_department("Department of Physics"), name="Harpreet Gill")


@pytest.fixture
def peer():
    started = Peer()
    started.do(receipts={})
    yield started
    started.stop()


@pytest.fixture
def carrier(peer):
    return make_carrier(peer.port)


def make_carrier(port: int, answer_seconds: int = 20) -> Carrier:
    return Carrier.objects.create(
        name="tallis",
        kind="smpp",
        is_sandbox=True,
        window=10,
        settings={
            "host": "127.0.0.1",
            "port": port,
            "system_id": "portal",
            "password": seal("secret"),
            "answer_seconds": answer_seconds,
        },
    )


@contextmanager
def sending(tmp_path, user, **order):
    """One text of `user`, in line, and the sender at work."""
    now = timezone.now()
    basket = make_basket(user, 1, number="+447700900011", first_name="Megan", last_name="Price")
    batch = make_batch(user, basket=basket, body="The lab is closed.", now=now, **order)
    Batch.objects.filter(pk=batch.pk).update(send_at=now)
    release.release_due(now=now)
    with sender_running(tmp_path, "tallis"):
        yield batch


def becomes(state: str) -> None:
    assert within(60, Message.objects.filter(state=state).exists), Message.objects.values()
    tally_changed()


def shows(page: Page, batch: Batch, *, status: str, next_step: str, charged: str) -> None:
    """The text's own row, and what the whole message has cost."""
    page.goto(reverse("history:batch", args=[batch.uid]))
    row = page.locator("tbody tr").first
    expect(row).to_contain_text(re.compile(status), timeout=20_000)
    if next_step:
        expect(row).to_contain_text(next_step)
    expect(row.locator("td").last).to_have_text(charged)
    cost = page.locator(".pairs dd.total")
    expect(cost).to_have_text("£0.00" if charged != "Yes" else "3.5p")


def operator_reads(open_page, *words: str) -> None:
    page = open_page(make_operator())
    page.goto(reverse("operations:troubles"))
    for each in words:
        expect(page.locator("main")).to_contain_text(each)


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def has_been_down() -> None:
    """For a minute already: what is back within seconds is not told."""
    down = CarrierHealth.objects.filter(down_since__isnull=False).exclude(problem="")
    assert within(60, down.exists)
    down.update(down_since=timezone.now() - MINUTE)


@contextmanager
def database_away(monkeypatch):
    """For the web server, whose threads connect anew; this test keeps its own connection."""
    away = {"NAME": "/nowhere/portal.sqlite3", "HOST": "127.0.0.1", "PORT": str(closed_port())}
    with monkeypatch.context() as patch:
        for key, value in away.items():
            patch.setitem(connection.settings_dict, key, value)
        if is_postgres():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        yield


def test_carrier_down(open_page, user, tmp_path):
    port = closed_port()
    make_carrier(port)
    with sending(tmp_path, user) as batch:
        has_been_down()

        page = open_page(user)
        down = r"Waiting: the connection to the network is down since \d+:\d\d[ap]m; we keep trying"
        shows(page, batch, status=down, next_step=NOT_SENT_YET, charged="No")
        operator_reads(open_page, "tallis is not connected", f"Nobody listens at 127.0.0.1:{port}.")


def test_account_refused(open_page, user, carrier, peer, tmp_path):
    peer.do(refuse=[0x0E] * 20)
    with sending(tmp_path, user) as batch:
        has_been_down()

        page = open_page(user)
        down = r"Waiting: the connection to the network is down since \d+:\d\d[ap]m; we keep trying"
        shows(page, batch, status=down, next_step=NOT_SENT_YET, charged="No")
        operator_reads(open_page, "tallis refuses our account", "its password is wrong (0x0E).")


def test_throttled(open_page, user, carrier, peer, tmp_path):
    peer.do(answer=[0x58] * 15)
    page = open_page(user)
    with sending(tmp_path, user) as batch:
        assert within(60, peer.submits)
        status = "Waiting: the network asked us to go slower"
        shows(page, batch, status=status, next_step=NOT_SENT_YET, charged="No")

        becomes(State.DELIVERED)
        shows(page, batch, status="Delivered", next_step="", charged="Yes")
    assert len(peer.submits()) == 16


def test_number_refused(open_page, user, carrier, peer, tmp_path):
    peer.do(answer=[0x0B])
    with sending(tmp_path, user) as batch:
        becomes(State.FAILED)

        shows(
            open_page(user),
            batch,
            status=r"Not sent: our problem \(the network does not take this number\)",
            next_step="Check the number with the person and correct it in Contacts. "
            "You do not pay for this one.",
            charged="No",
        )


def test_sender_refused(open_page, user, carrier, peer, tmp_path):
    peer.do(answer=[0x0A])
    with sending(tmp_path, user) as batch:
        becomes(State.FAILED)

        shows(
            open_page(user),
            batch,
            status=r"Not sent: our problem \(the network does not take this sender\)",
            next_step="Send it again with another sender, or ask the messaging team about this "
            "one. You do not pay for this one.",
            charged="No",
        )


def test_time_out(open_page, user, peer, tmp_path):
    make_carrier(peer.port, answer_seconds=2)
    peer.do(mute=1)
    with sending(tmp_path, user) as batch:
        becomes(State.UNKNOWN)

        shows(
            open_page(user),
            batch,
            status="May have been sent. We have not resent it",
            next_step="Ask the person whether it came before you send it again.",
            charged="Not yet",
        )
        operator_reads(open_page, "Texts may have been sent, and nobody knows")
    assert len(peer.submits()) == 1


def test_broker_down(open_page, user, carrier, peer, tmp_path, settings, monkeypatch):
    settings.VAR_DIR, settings.REDIS_URL = tmp_path, ""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(celery_app.conf, "broker_url", f"redis://127.0.0.1:{closed_port()}/0")
    assert not bells.are_heard()
    page = open_page(user)
    page.goto(reverse("compose:new"))

    with sender_running(tmp_path, "tallis"):
        write(page, "The lab is closed.", numbers="07700 900011")
        press(page, "Send")
        becomes(State.DELIVERED)

        shows(page, Batch.objects.get(), status="Delivered", next_step="", charged="Yes")
        operator_reads(open_page, "Redis does not answer", "go all the same")
    assert len(peer.submits()) == 1


def test_database_down(open_page, user, carrier, peer, tmp_path, monkeypatch):
    page = open_page(user, script=False)  # with it, htmx says each failed count on the console
    page.goto(reverse("compose:new"))
    write(page, "The lab is closed.", numbers="07700 900011")

    with database_away(monkeypatch):
        press(page, "Send")

        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Not sent. What you wrote is here."
        )
        facts = page.locator(".facts > div").all_inner_texts()
        assert [fact.split("\n") for fact in facts[:2]] == [
            ["Was it sent?", "No."],
            ["Was it charged?", "No."],
        ]
        assert facts[2].startswith("What now?\nPress Try again. It cannot go twice")
        expect(page.get_by_label("Your message")).to_have_value("The lab is closed.")
    assert Batch.objects.count() == 0

    press(page, "Try again")

    with sender_running(tmp_path, "tallis"):
        becomes(State.DELIVERED)
        shows(page, Batch.objects.get(), status="Delivered", next_step="", charged="Yes")


def test_expired(open_page, user, tmp_path):
    make_carrier(closed_port())
    with sending(tmp_path, user) as batch:
        Message.objects.update(valid_until=timezone.now() - MINUTE)
        becomes(State.EXPIRED)

        shows(
            open_page(user),
            batch,
            status=r"Not sent: our problem \(it waited too long\)",
            next_step="Send it again. You do not pay for this one.",
            charged="No",
        )


def test_poison(open_page, user, carrier, peer, tmp_path):
    """It was in hand at two crashes, and a third sender died with it before it had left."""
    Journal(tmp_path / "journal" / "tallis").close()
    with sending(tmp_path, user):
        becomes(State.DELIVERED)
    Heartbeat.objects.all().delete()
    Message.objects.update(
        state=State.SENDING,
        carrier_ref=None,
        accepted_at=None,
        final_at=None,
        lease_losses=2,
        attempt_count=3,
        lease_until=timezone.now() + MINUTE,
    )
    Batch.objects.update(state="running", finished_at=None)

    with sender_running(tmp_path, "tallis"):
        becomes(State.FAILED)

        shows(
            open_page(user),
            Batch.objects.get(),
            status=r"Not sent: our problem \(sending it stopped the sender three times\)",
            next_step="Write it in other words, and tell the Service Desk which message it was. "
            "You do not pay for this one.",
            charged="No",
        )
    assert len(peer.submits()) == 1
