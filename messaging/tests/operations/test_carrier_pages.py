"""The CARRIERS tab, as the messaging team meets it."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_operator, make_user
from messaging.carriers import services
from messaging.carriers.models import Carrier, CarrierHealth
from messaging.carriers.services import Wanted
from messaging.tests.make import make_queued, make_simulator
from smsportal.lib.sealing import unseal
from smsportal.lib.walltime import day_of

pytestmark = pytest.mark.django_db

LIST = reverse("operations:carriers")
ADD = reverse("operations:carrier_add")
# What a browser sends when the form is filled in and the rest is left as it came.
TYPED = {
    "name": "tallis-mobile",
    "host": "smpp.tallis.example",
    "port": "3550",
    "tls": "on",
    "tls_name": "",
    "ca_file": "",
    "certificate_file": "",
    "key_file": "",
    "system_id": "oxsms01",
    "password": "s3cret",
    "system_type": "",
    "service_type": "",
    "bind": "transceiver",
    "binds": "2",
    "joining": "header",
    "receipt_ids": "hex",
    "part_receipts": "each",
    "connect_seconds": "5",
    "answer_seconds": "60",
    "enquire_seconds": "30",
    "window": "20",
    "texts_per_second": "1,200",
    "is_charging": "on",
}


@pytest.fixture
def operator(client):
    client.force_login(make_operator(name="Tomasz Zielinski"))
    return client


def address(name, carrier):
    return reverse(f"operations:{name}", args=[carrier.uid])


def make_health(carrier, **fields):
    now = timezone.now()
    well = {"is_ready": True, "connected_count": 1, "connection_count": 1}
    return CarrierHealth.objects.create(
        carrier=carrier, **{"at": now, "counted_on": day_of(now), **well, **fields}
    )


def text_of(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def test_without_a_carrier_the_page_says_what_to_do_first(operator):
    page = text_of(operator.get(LIST))

    assert "No carrier yet" in page
    assert "Add the first carrier" in page
    assert "Nobody has changed a carrier today." in page


def test_a_card_says_how_a_carrier_is(operator):
    carrier = make_simulator()
    minute = int(timezone.now().timestamp()) // 60
    make_health(
        carrier,
        delivered_count=1186,
        undelivered_count=18,
        minutes=[[minute - 1, 90], [minute - 2, 40]],
    )
    make_queued(make_user(), ["+447700900001", "+447700900002"])

    page = operator.get(LIST)

    [card] = page.context["cards"]
    assert (card.waiting, card.delivered_share) == ("2", "98.5% of 1,204")
    assert "Texts a minute over the last hour, 90 at most" in page.content.decode()
    words = text_of(page)
    assert "simulator Working" in words
    assert "Connected 1 of 1 Waiting to go 2 Delivered today 98.5% of 1,204" in words
    assert "Last failure None" in words
    assert "banner--bad" not in page.content.decode()


def test_a_sender_that_has_gone_silent_stands_at_the_top_with_what_to_do(operator):
    make_health(make_simulator(), at=timezone.now() - dt.timedelta(minutes=5))

    words = text_of(operator.get(LIST))

    assert "simulator: not answering. Its sender was last heard of" in words
    assert "systemctl restart smsportal-sender@simulator" in words


def test_yesterdays_counts_are_not_todays(operator):
    make_health(
        make_simulator(),
        counted_on=timezone.now().date() - dt.timedelta(days=2),
        delivered_count=5,
        throttled_count=7,
    )

    [card] = operator.get(LIST).context["cards"]

    assert card.delivered_share == ""


def test_each_carrier_counts_the_texts_that_it_may_take(operator):
    make_simulator()
    Carrier.objects.create(name="tallis", kind="smpp", settings={"host": "smpp.example.com"})
    make_queued(make_user(), ["+447700900001", "+447400000001", "+447400000002"])

    cards = operator.get(LIST).context["cards"]

    assert {card.carrier.name: card.waiting for card in cards} == {"simulator": "1", "tallis": "2"}


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(operator):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            operator.get(LIST)
        return len(asked)

    make_health(make_simulator())
    questions()
    for_one = questions()
    for n in range(20):
        make_health(make_simulator(name=f"carrier-{n}"))

    assert questions() == for_one


def test_what_was_done_today_is_told_with_who_did_it(operator):
    carrier = make_simulator()
    operator.post(address("carrier_pause", carrier))

    words = text_of(operator.get(LIST))

    assert "Paused simulator. Its texts wait. Tomasz Zielinski" in words


def test_a_carrier_is_added(operator):
    response = operator.post(ADD, TYPED, follow=True)

    carrier = Carrier.objects.get()
    assert response.redirect_chain[-1][0] == address("carrier", carrier)
    assert (carrier.name, carrier.kind, carrier.texts_per_second) == ("tallis-mobile", "smpp", 1200)
    assert (carrier.settings["tls"], carrier.settings["receipt_ids"]) == (True, "hex")
    assert unseal(carrier.settings["password"]) == "s3cret"
    words = text_of(response)
    assert "Not started" in words
    assert "systemctl enable --now smsportal-sender@tallis-mobile" in words


def test_everything_that_is_wrong_is_said_at_once_and_only_the_password_is_lost(operator):
    wrong = {
        **TYPED,
        "name": "Tallis Mobile",
        "host": "smpp://tallis.example",
        "port": "0",
        "window": "plenty",
        "ca_file": "ca.pem",
    }

    response = operator.post(ADD, wrong)

    assert response.status_code == 422
    words, page = text_of(response), response.content.decode()
    assert "There are 5 problems" in words
    for said in (
        "tallis mobile cannot be the name of a service.",
        "smpp://tallis.example is an address.",
        "0 is less than we can do. Give a whole number from 1 to 65,535.",
        "plenty is not a whole number.",
        "ca.pem does not say where the file is.",
    ):
        assert words.count(said) == 2  # in the summary, and by the field
    assert 'value="smpp://tallis.example"' in page
    assert "s3cret" not in page
    assert not Carrier.objects.exists()


def test_a_rule_of_several_fields_is_said_by_one_of_them(operator):
    response = operator.post(ADD, {**TYPED, "is_sandbox": "on"})

    assert response.status_code == 422
    assert text_of(response).count("smpp.tallis.example is another machine") == 2


def test_a_simulator_is_added_by_name_and_speed_alone(operator):
    page = operator.get(f"{ADD}?kind=simulator")
    assert list(page.context["form"].fields) == [
        "name",
        "texts_per_second",
        "window",
        "dedupes_for_minutes",
        "is_charging",
    ]

    operator.post(f"{ADD}?kind=simulator", {"name": "practice", "window": "50"})

    carrier = Carrier.objects.get()
    assert (carrier.kind, carrier.is_sandbox, carrier.is_charging) == ("simulator", True, False)


def make_smpp(**settings):
    at = {"host": "smpp.example.com", "port": 3550, "system_id": "oxsms01", "password": "s3cret"}
    wanted = Wanted(20, 120, True, settings={**at, **settings})
    now = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
    return services.add(name="tallis", kind="smpp", wanted=wanted, by=make_operator(), now=now)


def test_a_password_is_never_shown_again_only_when_it_was_set(operator):
    carrier = make_smpp()

    page = operator.get(address("carrier", carrier))

    assert "Set on 12 May 2026" in text_of(page)
    assert "Replace password" in text_of(page)
    for secret in ("s3cret", carrier.settings["password"]):
        assert secret not in page.content.decode()


def test_saving_a_page_as_it_came_changes_nothing(operator):
    carrier = make_smpp()
    form = operator.get(address("carrier", carrier)).context["form"]
    as_it_came = {
        bound.name: "on" if bound.value() is True else bound.value()
        for bound in form
        if bound.value() not in (None, False)
    }

    response = operator.post(address("carrier", carrier), as_it_came)

    assert response.status_code == 302
    again = Carrier.objects.get()
    assert again.settings == carrier.settings
    assert not AuditEvent.objects.filter(verb="carriers.changed").exists()


def test_a_change_is_saved_and_the_password_replaced(operator):
    carrier = make_smpp()

    response = operator.post(
        address("carrier", carrier), {**TYPED, "password": "n3w", "port": "3551"}, follow=True
    )

    carrier.refresh_from_db()
    assert (carrier.name, carrier.settings["port"]) == ("tallis", 3551)
    assert unseal(carrier.settings["password"]) == "n3w"
    assert "A running sender connects again in seconds." in text_of(response)


def test_health_stands_beside_the_form(operator):
    carrier = make_smpp()
    now = timezone.now()
    make_health(
        carrier,
        connection_count=2,
        in_hand_count=17,
        rate=60.0,
        is_slowed=True,
        throttled_count=2,
        accepted_count=1300,
        problem="the carrier broke the connection off",
        problem_since=now,
    )

    words = text_of(operator.get(address("carrier", carrier)))

    assert "Working, 1 of 2 connected" in words
    assert "Connected 1 of 2 Texts a second, at most 60 of 120 On the way 17 of 20" in words
    assert "Taken today 1,300" in words
    assert "Held back as too fast, today 2" in words
    assert ": the carrier broke the connection off" in words


def test_pausing_switching_off_and_removing_lead_back_to_the_page(operator):
    carrier = make_smpp()
    for name, said in (
        ("carrier_pause", "tallis is paused"),
        ("carrier_resume", "Texts go by tallis again"),
        ("carrier_off", "tallis is switched off"),
        ("carrier_on", "tallis is switched on"),
        ("carrier_remove", "tallis has been removed"),
    ):
        assert said in text_of(operator.post(address(name, carrier), follow=True))
    assert not Carrier.objects.exists()


def test_a_carrier_with_a_history_offers_no_removing_and_refuses_it(operator):
    carrier = make_smpp()
    make_queued(make_user(), carrier=carrier)

    assert "Remove carrier" not in text_of(operator.get(address("carrier", carrier)))
    response = operator.post(address("carrier_remove", carrier))

    assert response.status_code == 422
    assert "tallis has carried texts, and history names it." in text_of(response)


def test_the_only_real_carrier_is_not_switched_off_beside_a_simulator(operator):
    make_simulator()
    carrier = make_smpp()

    response = operator.post(address("carrier_off", carrier))

    assert response.status_code == 422
    assert "show as delivered what nobody got" in text_of(response)
    assert Carrier.objects.get(pk=carrier.pk).is_enabled


HTTP_TYPED = {
    "name": "campus",
    "url": "https://sms.example.com/send",
    "method": "POST",
    "format": "json",
    "body": '{"to": "((number))", "text": "((body))", "key": "((secret))"}',
    "secret": "s3cret",
    "window": "20",
    "answer_seconds": "30",
    "codes": "http 409 = duplicate",
    "proof": "none",
    "is_charging": "on",
}


def test_an_http_carrier_is_shown_by_example_before_it_is_added(operator):
    page = operator.post(f"{ADD}?kind=http", {**HTTP_TYPED, "preview": "1"})

    assert page.status_code == 200
    words = page.content.decode()
    assert "POST https://sms.example.com/send" in words
    assert "+447700900123" in words
    assert "s3cret" not in words
    assert not Carrier.objects.exists()

    operator.post(f"{ADD}?kind=http", HTTP_TYPED)
    assert unseal(Carrier.objects.get().settings["secret"]) == "s3cret"


def test_an_example_of_what_is_wrong_says_what_is_wrong(operator):
    wrong = {**HTTP_TYPED, "body": "{", "preview": "1"}

    page = operator.post(f"{ADD}?kind=http", wrong)

    assert page.status_code == 422
    assert "This is no JSON: it goes wrong in line 1." in text_of(page)


def test_the_page_of_an_http_carrier_is_saved_as_it_came_and_shows_no_secret(operator):
    operator.post(f"{ADD}?kind=http", HTTP_TYPED)
    carrier = Carrier.objects.get()

    shown = operator.get(address("carrier", carrier))
    page = operator.post(address("carrier", carrier), {**HTTP_TYPED, "secret": ""}, follow=True)

    assert "campus has been saved" in text_of(page)
    assert Carrier.objects.get().settings == carrier.settings
    for secret in ("s3cret", carrier.settings["secret"]):
        assert secret not in shown.content.decode()


def test_a_carrier_that_calls_us_is_told_where_and_how_and_no_secret_is_shown(operator):
    typed = {**HTTP_TYPED, "proof": "basic", "proof_username": "campus", "proof_secret": "c4ll"}
    operator.post(f"{ADD}?kind=http", typed)
    carrier = Carrier.objects.get()

    page = operator.get(address("carrier", carrier))

    assert unseal(carrier.settings["proof_secret"]) == "c4ll"
    assert "c4ll" not in page.content.decode()
    words = text_of(page)
    assert "Each call has the name campus and the password." in words
    for door in ("report", "text"):
        assert f"http://localhost:8000/carriers/{carrier.uid}/{door}" in words
    assert "Calls in 24 hours 0 Last call None Made no sense 0" in words
