"""The INBOUND KEYWORDS tab: where texts go, what is replied, who reads, and trying it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.mail.models import OutgoingMail
from accounts.tests.make import make_admin, make_department, make_user
from inbound.calling.models import WebhookCall
from inbound.keywords.models import Keyword
from inbound.sorting.models import Sorting
from inbound.tests.make import come_in, from_phone, make_keyword
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch
from messaging.tests.make import NOW
from smsportal.lib.sealing import unseal

pytestmark = pytest.mark.django_db

URL = "https://openday.example.ac.uk/texts"


@pytest.fixture
def department():
    return make_department()


@pytest.fixture
def admin(department, client):
    admin = make_admin(department)
    client.force_login(admin)
    return admin


@pytest.fixture
def keyword(department):
    return make_keyword("OPENDAY", department)


def page_of(keyword):
    return reverse("keywords:edit", args=[keyword.uid])


def post(client, keyword, **typed):
    return client.post(page_of(keyword), typed or {"do": ""})


def test_the_tab_is_there_only_with_a_keyword(client, admin, department):
    assert "Inbound keywords" not in client.get(reverse("people:users")).text

    make_keyword("OPENDAY", department)

    assert "Inbound keywords" in client.get(reverse("people:users")).text


def test_the_list_says_where_texts_go_and_how_many_came(
    client, admin, department, django_assert_max_num_queries
):
    make_keyword("OPENDAY", department, emails=["a@example.ac.uk"], mobiles=["+447700900142"])
    make_keyword("OTHERS")

    with django_assert_max_num_queries(20):
        page = client.get(reverse("keywords:list")).text

    assert "1 email address" in page
    assert "1 mobile" in page
    assert "OTHERS" not in page


def test_the_list_and_the_page_count_this_months_texts(client, admin, keyword):
    now = timezone.now()
    come_in(from_phone("OXFORD OPENDAY hello"), now=now)
    come_in(from_phone("OXFORD OPENDAY long ago"), now=now - dt.timedelta(days=40))

    assert '<td class="num">1</td>' in client.get(reverse("keywords:list")).text
    assert "<dt>Messages in</dt><dd>1</dd>" in client.get(page_of(keyword)).text


def test_what_was_chosen_is_kept_and_said_without_addresses(client, admin, department, keyword):
    user, stranger = make_user(department), make_user(make_department("Elsewhere"))

    answer = post(
        client, keyword, by_email="on", emails="a@example.ac.uk\nb@example.ac.uk", replies="on",
        reply="Thanks", readers=[str(user.uid), str(stranger.uid)],
    )  # fmt: skip
    assert answer.status_code == 422  # the stranger is no choice

    answer = post(
        client, keyword, by_email="on", emails="a@example.ac.uk\nb@example.ac.uk", replies="on",
        reply="Thanks", readers=[str(user.uid)],
    )  # fmt: skip

    assert answer.status_code == 302
    keyword.refresh_from_db()
    assert keyword.emails == ["a@example.ac.uk", "b@example.ac.uk"]
    assert list(keyword.readers.all()) == [user]
    line = AuditEvent.objects.get(verb="keywords.changed")
    assert "the portal and 2 email addresses, automatic reply on" in line.words
    assert "example.ac.uk" not in line.words


def test_what_is_wrong_comes_back_as_it_was_typed(client, admin, keyword):
    answer = post(client, keyword, by_email="on", emails="physics", replies="on", reply="Hi ((x))")

    assert answer.status_code == 422
    assert "physics is not an email address" in answer.text
    assert "Hi ((x))</textarea>" in answer.text
    assert 'name="by_email" checked' in answer.text


def test_a_secret_is_made_once_shown_once_and_kept_sealed(client, admin, keyword):
    first = client.post(page_of(keyword), {"by_webhook": "on", "webhook_url": URL}, follow=True)
    keyword.refresh_from_db()
    secret = unseal(keyword.webhook_secret)

    assert secret in first.text
    assert secret not in keyword.webhook_secret
    assert secret not in client.get(page_of(keyword)).text
    post(client, keyword, by_webhook="on", webhook_url=URL)
    keyword.refresh_from_db()
    assert unseal(keyword.webhook_secret) == secret


def test_a_secret_is_made_anew_when_asked_and_goes_with_its_address(client, admin, keyword):
    post(client, keyword, by_webhook="on", webhook_url=URL)
    keyword.refresh_from_db()
    old = unseal(keyword.webhook_secret)

    post(client, keyword, by_webhook="on", webhook_url=URL, new_secret="on")
    keyword.refresh_from_db()
    new = unseal(keyword.webhook_secret)
    post(client, keyword, webhook_url=URL)
    keyword.refresh_from_db()

    assert new != old
    assert (keyword.webhook_url, keyword.webhook_secret) == ("", "")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Write the address to call"),
        ("http://openday.example.ac.uk/", "must begin with https://"),
        ("openday", "is no address of the web"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused(client, admin, keyword, url, words):
    answer = post(client, keyword, by_webhook="on", webhook_url=url)

    assert answer.status_code == 422
    assert words in answer.text


def test_one_that_was_taken_back_is_nobodys_page(client, admin, keyword):
    Keyword.objects.update(released_at=NOW)

    assert client.get(page_of(keyword)).status_code == 404


def test_trying_changes_nothing_and_loses_nothing(client, admin, keyword):
    answer = post(
        client, keyword, do="try", text="oxford  openday: two places please", by_email="on",
        emails="a@example.ac.uk b@example.ac.uk", by_mobile="on", mobiles="07700 900142",
        replies="on", reply="Thanks",
    )  # fmt: skip

    assert answer.status_code == 200
    for words in (
        "Keyword <b>OPENDAY</b>, words <b>“two places please”</b>",
        "Would keep it in the portal, email 2 addresses and text 07700 900142, 3.5p",
        "Would reply, 1 text, 3.5p",
        "a@example.ac.uk b@example.ac.uk</textarea>",
        "oxford  openday: two places please</textarea>",
    ):
        assert words in answer.text
    keyword.refresh_from_db()
    assert (keyword.emails, keyword.replies) == ([], False)
    for model in (Sorting, IncomingText, Batch, OutgoingMail, WebhookCall):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OXFORD OPENDAY stop", "Would be taken for STOP"),
        ("OXFORD OPENDAY please stop it", "you would be asked to look at it"),
        ("OXFORDOPENDAY hello", "whether OPENDAY was meant"),
        ("hello", "No keyword stands there"),
        ("", "No keyword stands there"),
        ("OXFORD CHORUS hello", "CHORUS is another keyword"),
        ("OXFORD OPENDAY <script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_trying_says_what_else_a_text_can_mean(client, admin, keyword, text, words):
    make_keyword("CHORUS", make_department("Elsewhere"))

    assert words in post(client, keyword, do="try", text=text).text
