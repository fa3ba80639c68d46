"""MY PROFILE: how emailed texts go."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.tests.make import make_admin, make_department, make_user
from messaging.relay.models import Summarised
from messaging.senders.models import Sender
from messaging.tests.make import make_batch

pytestmark = pytest.mark.django_db

PAGE = reverse("relay:settings")
FIELDS = ("relays_from_number", "groups_alarms", "wants_relay_summary")


@pytest.fixture
def amira(client):
    person = make_user(
        make_department(alpha_tag="PHYSICS"), allow_relay=True, username="phys0423",
        name="Amira Khan",
    )  # fmt: skip
    client.force_login(person)
    return person


def rent(person):
    Sender.objects.create(department=person.department, person=person, number="+447700900950")


def chosen(person):
    person.refresh_from_db()
    return tuple(getattr(person, name) for name in FIELDS)


def test_everything_begins_as_it_always_was(client, amira):
    form = client.get(PAGE).context["form"]

    assert chosen(amira) == (False, False, False)
    assert [form[name].value() for name in form.fields] == [False, False]


def test_what_is_ticked_is_kept_and_on_record(client, amira):
    client.post(PAGE, {"groups_alarms": "on", "wants_relay_summary": "on"})

    assert chosen(amira) == (False, True, True)
    assert AuditEvent.objects.get(verb="profile.changed").words == (
        "Chose for texts that Amira Khan (phys0423) sends by email: repeated alarms are grouped, "
        "a summary is mailed."
    )
    profile = client.get(reverse("people:profile")).content.decode()
    assert "Repeated alarms are grouped" in profile
    assert "A summary is mailed to you" in profile


def test_saving_what_is_so_already_writes_nothing(client, amira):
    client.post(PAGE, {})

    assert not AuditEvent.objects.filter(verb="profile.changed").exists()


def test_only_who_has_a_number_is_asked_about_it(client, amira):
    assert "virtual number" not in client.get(PAGE).content.decode()

    client.post(PAGE, {"sender": "number"})
    assert chosen(amira) == (False, False, False)


def test_texts_come_from_the_number_where_that_is_chosen(client, amira):
    rent(amira)
    page = client.get(PAGE).content.decode()
    assert "Send emailed texts from" in page
    assert "My virtual number 07700 900950: answers come to 2WAY" in page
    assert "Alpha tag PHYSICS: nobody can answer" in page

    client.post(PAGE, {"sender": "number"})

    assert chosen(amira) == (True, False, False)
    assert "Your virtual number" in client.get(reverse("people:profile")).content.decode()


def test_with_a_number_one_is_chosen(client, amira):
    rent(amira)

    answer = client.post(PAGE, {"groups_alarms": "on"})

    assert answer.status_code == 422
    assert "Choose whom the texts come from." in answer.content.decode()
    assert "checked" in answer.content.decode()  # as it was ticked
    assert chosen(amira) == (False, False, False)


def test_switching_the_summary_on_tells_nothing_of_what_went_before(client, amira):
    batch = make_batch(amira, now=timezone.now(), source="email")

    client.post(PAGE, {"wants_relay_summary": "on"})

    assert list(Summarised.objects.values_list("batch_id", flat=True)) == [batch.pk]


@pytest.mark.parametrize("make", [make_user, make_admin])
def test_it_is_for_those_who_may_text_by_email(client, make):
    client.force_login(make())

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"groups_alarms": "on"}).status_code == 403
